"""Training of the bilingual WordPiece tokenizer, and the same tokenizer inside a TensorFlow graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import Tokenizer as _Tokenizer

from makeup_ai.text.tokenizer import CLS, SEP, SPECIAL_TOKENS, UNK, Tokenizer

_CONTROLS = r"[\p{Cc}\p{Cf}\p{Co}\x{FE0E}\x{FE0F}\x{FFFD}]"
"""Removed before anything else: controls, format characters and emoji variation selectors carry no words."""

_SHARP_S = "[ßẞ]"
"""KerasHub folds its case to `ss`, `tokenizers` leaves it: folded everywhere."""

MAX_WORD_CHARACTERS = 100


def train_tokenizer(texts: Iterable[str], path: str | Path, vocabulary_size: int = 6_000) -> Tokenizer:
    """Train the WordPiece vocabulary on texts of both languages and write it as `tokenizer.json`.

    Chinese is cut by character (the BERT convention); English by word pieces. The result does not depend on the order
    of the texts.

    Args:
        texts: Training texts only; never those of a validation or test part.
        path: Where the file is written, whole or not at all.
        vocabulary_size: Pieces including the five special ones.

    Raises:
        ValueError: `vocabulary_size` has no room beyond single characters, or there is no text.
    """
    if vocabulary_size < 100:
        raise ValueError(f"Expected a vocabulary of at least 100 pieces. Received: vocabulary_size={vocabulary_size}")
    texts = [text for text in texts if text.strip()]
    if not texts:
        raise ValueError("Expected at least one text to train a tokenizer on. Received: none.")
    tokenizer = _Tokenizer(models.WordPiece(unk_token=UNK, max_input_chars_per_word=MAX_WORD_CHARACTERS))
    tokenizer.normalizer = _normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary_size, special_tokens=list(SPECIAL_TOKENS), min_frequency=2, show_progress=False
    )
    tokenizer.train_from_iterator(sorted(texts), trainer)
    return write_tokenizer(tokenizer.get_vocab(), path)


def write_tokenizer(vocabulary: Mapping[str, int], path: str | Path) -> Tokenizer:
    """Write a vocabulary of ours, or of a public lower-case BERT, as `tokenizer.json`.

    Built without "added tokens": `[SEP]` typed by a person is then just text.
    """
    tokenizer = _Tokenizer(
        models.WordPiece(dict(vocabulary), unk_token=UNK, max_input_chars_per_word=MAX_WORD_CHARACTERS)
    )
    tokenizer.normalizer = _normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{CLS} $A {SEP}",
        pair=f"{CLS} $A {SEP} $B:1 {SEP}:1",
        special_tokens=[(CLS, vocabulary[CLS]), (SEP, vocabulary[SEP])],
    )
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    tokenizer.save(str(unfinished))
    unfinished.replace(path)
    return Tokenizer(path)


def _normalizer() -> normalizers.Normalizer:
    return normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"[\t\n\r]"), " "),
            normalizers.Replace(Regex(_CONTROLS), ""),
            normalizers.Replace(Regex(_SHARP_S), "ss"),
            normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True),
        ]
    )


def graph_tokenizer(tokenizer: Tokenizer, max_length: int) -> Callable[[Any], dict[str, Any]]:
    """Return the tokenizer as TensorFlow operations, for `tf.data` and for a string-in SavedModel.

    Args:
        tokenizer: The tokenizer to rebuild.
        max_length: Longest row, the special pieces included; longer texts are cut before `[SEP]`.

    Returns:
        A function from a `(batch,)` string tensor to `{"token_ids": (batch, length), "padding_mask": (batch, length)}`,
        both int32, where length is that of the longest row.
    """
    import tensorflow as tf
    import tensorflow_text as tf_text

    wordpiece = tf_text.WordpieceTokenizer(
        tf.lookup.StaticVocabularyTable(
            tf.lookup.KeyValueTensorInitializer(
                tokenizer.vocabulary, tf.range(tokenizer.vocabulary_size, dtype=tf.int64), tf.string, tf.int64
            ),
            num_oov_buckets=1,
        ),
        unknown_token=UNK,
        max_bytes_per_word=4 * MAX_WORD_CHARACTERS,
        max_chars_per_token=MAX_WORD_CHARACTERS,
        token_out_type=tf.int64,
        split_unknown_characters=False,
    )
    cls, sep = tokenizer.token_id(CLS), tokenizer.token_id(SEP)

    def tokenize(texts: Any) -> dict[str, Any]:
        text = tf_text.normalize_utf8(texts, "NFKC")
        text = tf.strings.regex_replace(text, r"\s", " ")
        text = tf.strings.regex_replace(text, _CONTROLS, "")
        text = tf.strings.regex_replace(text, _SHARP_S, "ss")
        text = tf.strings.regex_replace(tf_text.normalize_utf8(text, "NFD"), r"\p{Mn}", "")
        text = tf.strings.lower(text, encoding="utf-8")
        words = tf_text.regex_split(text, delim_regex_pattern=_DELIMITERS, keep_delim_regex_pattern=_KEPT_DELIMITERS)
        pieces = wordpiece.tokenize(words).merge_dims(1, 2)[:, : max_length - 2]
        rows = pieces.nrows()
        ids = tf.concat(
            [tf.fill([rows, 1], tf.cast(cls, tf.int64)), pieces, tf.fill([rows, 1], tf.cast(sep, tf.int64))], 1
        )
        return {
            "token_ids": tf.cast(ids.to_tensor(0), tf.int32),
            "padding_mask": tf.cast(tf.ones_like(ids).to_tensor(0), tf.int32),
        }

    return tokenize


# The word boundaries of BERT's tokenizer: white space is dropped; punctuation and CJK ideographs stand alone.
_CJK = (
    r"[\x{4E00}-\x{9FFF}\x{3400}-\x{4DBF}\x{20000}-\x{2A6DF}\x{2A700}-\x{2B73F}\x{2B740}-\x{2B81F}"
    r"\x{2B920}-\x{2CEAF}\x{F900}-\x{FAFF}\x{2F800}-\x{2FA1F}]"
)
_PUNCTUATION = r"[!-/:-@\[-`{-~\p{P}]"
_KEPT_DELIMITERS = f"{_PUNCTUATION}|{_CJK}"
_DELIMITERS = rf"\s+|{_KEPT_DELIMITERS}"
