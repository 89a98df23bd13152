"""Training of the bilingual WordPiece tokenizer, and the same tokenizer inside a TensorFlow graph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import Tokenizer as _Tokenizer

from makeup_ai.files import write_whole
from makeup_ai.text.tokenizer import CLS, MAX_CHARACTERS, SEP, SPECIAL_TOKENS, UNK, Tokenizer
from makeup_ai.training.data.cleaning import EMOJI

_CONTROLS = r"[\p{Cc}\p{Cf}\p{Co}\x{115F}\x{1160}\x{FE0E}\x{FE0F}\x{FFFD}]"
"""Removed before anything else: controls, format characters, blank Hangul fillers and emoji variation selectors carry
no words."""

_SPACES = r"[\t\n\r\p{Z}]"
"""Space separators, and the line and paragraph separators, which `\\s` of RE2 does not know."""

_SHARP_S = "[ßẞ]"
"""KerasHub folds its case to `ss`, `tokenizers` leaves it: folded everywhere."""

_FINAL_SIGMA, _SIGMA = "ς", "σ"
"""ICU lower-cases a capital sigma to either, by its place; `tokenizers` to one; KerasHub folds both: one everywhere."""

MAX_WORD_CHARACTERS = 100


FREQUENT = 5
"""Times that a term's word must be met in the texts to be a piece of its own."""
TERM_SHARE = 0.5
"""Of the room beyond single characters, at most so much goes to the words of terms."""


def train_tokenizer(
    texts: Iterable[str],
    path: str | Path,
    vocabulary_size: int = 6_000,
    terms: Iterable[str] = (),
    least: int = 1,
) -> Tokenizer:
    """Train the WordPiece vocabulary on texts of both languages and write it as `tokenizer.json`.

    Chinese is cut by character (the BERT convention); English by word pieces. An emoji is a piece, also where it is
    written to the end of a word. The result does not depend on the order of the texts.

    Args:
        texts: Training texts only; never those of a validation or test part.
        path: Where the file is written, whole or not at all.
        vocabulary_size: Pieces including the five special ones.
        terms: Names, such as `terms.domain_terms("en")`, whose words are kept whole, the most frequent first, where
            they are met `FREQUENT` times.
        least: Times that a character must be met to be a piece; rarer ones are `[UNK]`.

    Raises:
        ValueError: `vocabulary_size` has no room beyond single characters, or there is no text.
    """
    if vocabulary_size < 100:
        raise ValueError(f"Expected a vocabulary of at least 100 pieces. Received: vocabulary_size={vocabulary_size}")
    texts = [text for text in texts if text.strip()]
    if not texts:
        raise ValueError("Expected at least one text to train a tokenizer on. Received: none.")
    tokenizer = in_memory({UNK: 0})
    words = count_words(tokenizer, texts)
    characters = {character for character, times in _characters(words).items() if times >= least}
    inner = _inner_characters(words, characters)
    room = vocabulary_size - len(SPECIAL_TOKENS) - len(inner) - len(characters)
    whole = _whole_words(tokenizer, terms, words, characters)[: max(0, int(TERM_SHARE * room))]
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary_size,
        # The trainer numbers inner characters in the order of a hash table that differs in each process, and breaks
        # ties by number: given here, their order is fixed.
        special_tokens=[*SPECIAL_TOKENS, *inner, *whole],
        limit_alphabet=len(characters),
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return write_tokenizer(tokenizer.get_vocab(), path)


def write_tokenizer(vocabulary: Mapping[str, int], path: str | Path) -> Tokenizer:
    """Write a vocabulary of ours, or of a public lower-case BERT, as `tokenizer.json`.

    Built without "added tokens": `[SEP]` typed by a person is then just text.
    """
    tokenizer = in_memory(vocabulary)
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{CLS} $A {SEP}",
        pair=f"{CLS} $A {SEP} $B:1 {SEP}:1",
        special_tokens=[(CLS, vocabulary[CLS]), (SEP, vocabulary[SEP])],
    )
    path = Path(path)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return Tokenizer(write_whole(path, tokenizer.to_str(pretty=True)))


def in_memory(vocabulary: Mapping[str, int]) -> _Tokenizer:
    """Build a tokenizer of ours, without special pieces around a text, from piece -> id."""
    tokenizer = _Tokenizer(
        models.WordPiece(dict(vocabulary), unk_token=UNK, max_input_chars_per_word=MAX_WORD_CHARACTERS)
    )
    tokenizer.normalizer = _normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def count_words(tokenizer: _Tokenizer, texts: Iterable[str]) -> Counter[str]:
    """Count the words that a tokenizer cuts into pieces: normalised, punctuation and CJK characters alone."""
    words: Counter[str] = Counter()
    for text in texts:
        normal = tokenizer.normalizer.normalize_str(text)
        words.update(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal))
    return words


def _characters(words: Mapping[str, int]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for word, times in words.items():
        for character in word:
            counts[character] += times
    return counts


def _inner_characters(words: Iterable[str], characters: set[str]) -> list[str]:
    """Return the pieces of one character within a word, in order; every emoji is one, wherever it was met."""
    found = {character for word in words for character in word[1:]} | {c for c in characters if re.match(EMOJI, c)}
    return [f"##{character}" for character in sorted(found & characters)]


def _whole_words(
    tokenizer: _Tokenizer, terms: Iterable[str], words: Mapping[str, int], characters: set[str]
) -> list[str]:
    """Return the words of terms that are frequent, the most frequent first."""
    found = {word for word in count_words(tokenizer, terms) if len(word) > 1 and words.get(word, 0) >= FREQUENT}
    return sorted((word for word in found if set(word) <= characters), key=lambda word: (-words[word], word))


def _normalizer() -> normalizers.Normalizer:
    return normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"[\t\n\r]"), " "),
            normalizers.Replace(Regex(_CONTROLS), ""),
            normalizers.Replace(Regex(_SHARP_S), "ss"),
            normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True),
            normalizers.Replace(_FINAL_SIGMA, _SIGMA),
        ]
    )


class GraphTokenizer:
    """The tokenizer as TensorFlow operations; see `graph_tokenizer`.

    Args:
        tokenizer: The tokenizer to rebuild.
        max_length: Longest row, the special pieces included.
    """

    table: Any
    """The lookup table. A `tf.Module` that calls the tokenizer must hold it, or it is not saved with the module."""

    def __init__(self, tokenizer: Tokenizer, max_length: int):
        import tensorflow as tf
        import tensorflow_text as tf_text

        self.table = tf.lookup.StaticVocabularyTable(
            tf.lookup.KeyValueTensorInitializer(
                tokenizer.vocabulary, tf.range(tokenizer.vocabulary_size, dtype=tf.int64), tf.string, tf.int64
            ),
            num_oov_buckets=1,
        )
        self._wordpiece = tf_text.WordpieceTokenizer(
            self.table,
            unknown_token=UNK,
            max_bytes_per_word=4 * MAX_WORD_CHARACTERS,
            max_chars_per_token=MAX_WORD_CHARACTERS,
            token_out_type=tf.int64,
            split_unknown_characters=False,
        )
        self._cls, self._sep, self._max_length = tokenizer.token_id(CLS), tokenizer.token_id(SEP), max_length

    def __call__(self, texts: Any) -> dict[str, Any]:
        """Return `token_ids` and `padding_mask`, both `(batch, length)` int32, of `(batch,)` strings."""
        import tensorflow as tf

        pieces = self._wordpiece.tokenize(_graph_words(texts)).merge_dims(1, 2)[:, : self._max_length - 2]
        special = [tf.fill([pieces.nrows(), 1], tf.cast(index, tf.int64)) for index in (self._cls, self._sep)]
        ids = tf.concat([special[0], pieces, special[1]], 1)
        return {
            "token_ids": tf.cast(ids.to_tensor(0), tf.int32),
            "padding_mask": tf.cast(tf.ones_like(ids).to_tensor(0), tf.int32),
        }


def graph_tokenizer(tokenizer: Tokenizer, max_length: int) -> GraphTokenizer:
    """Return the tokenizer as TensorFlow operations, for `tf.data` and for a string-in SavedModel.

    It gives the ids of `tokenizer` but for marks and punctuation that Unicode has had for a few years only: the
    libraries' tables are of different versions.

    Args:
        tokenizer: The tokenizer to rebuild.
        max_length: Longest row, the special pieces included; longer texts are cut before `[SEP]`.

    Returns:
        A function from a `(batch,)` string tensor to `{"token_ids": (batch, length), "padding_mask": (batch, length)}`,
        both int32, where length is that of the longest row.

    Raises:
        ValueError: `max_length` leaves no room for a piece between `[CLS]` and `[SEP]`.
    """
    if max_length < 3:
        raise ValueError(f"Expected max_length of at least 3. Received: max_length={max_length}")
    return GraphTokenizer(tokenizer, max_length)


def _graph_words(texts: Any) -> Any:
    """Return the words of normalised texts, `(batch, words)` ragged."""
    import tensorflow as tf
    import tensorflow_text as tf_text

    text = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")  # what is no UTF-8 becomes U+FFFD, and goes below
    text = tf.strings.substr(text, 0, MAX_CHARACTERS, unit="UTF8_CHAR")
    text = tf_text.normalize_utf8(text, "NFKC")
    text = tf.strings.regex_replace(text, _SPACES, " ")
    text = tf.strings.regex_replace(text, _CONTROLS, "")
    text = tf.strings.regex_replace(text, _SHARP_S, "ss")
    text = tf.strings.regex_replace(tf_text.normalize_utf8(text, "NFD"), r"\p{Mn}", "")
    text = tf.strings.regex_replace(tf.strings.lower(text, encoding="utf-8"), _FINAL_SIGMA, _SIGMA)
    words = tf_text.regex_split(text, delim_regex_pattern=_DELIMITERS, keep_delim_regex_pattern=_KEPT_DELIMITERS)

    def limit(word: Any) -> Any:  # WordpieceTokenizer's own limit counts bytes
        return tf.where(tf.strings.length(word, unit="UTF8_CHAR") > MAX_WORD_CHARACTERS, UNK, word)

    return tf.ragged.map_flat_values(limit, words)


# The word boundaries of BERT's tokenizer: white space is dropped; punctuation and CJK ideographs stand alone.
_CJK = (
    r"[\x{4E00}-\x{9FFF}\x{3400}-\x{4DBF}\x{20000}-\x{2A6DF}\x{2A700}-\x{2B73F}\x{2B740}-\x{2B81F}"
    r"\x{2B920}-\x{2CEAF}\x{F900}-\x{FAFF}\x{2F800}-\x{2FA1F}]"
)
_PUNCTUATION = r"[!-/:-@\[-`{-~\p{P}]"
_KEPT_DELIMITERS = f"{_PUNCTUATION}|{_CJK}"
_DELIMITERS = rf"\s+|{_KEPT_DELIMITERS}"
