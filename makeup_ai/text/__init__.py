"""Words to understanding: language, tokenizer, model outputs, lexicon."""
