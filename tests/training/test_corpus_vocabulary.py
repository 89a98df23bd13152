from pathlib import Path

import numpy as np
import pytest

from makeup_ai.text.tokenizer import SPECIAL_TOKENS, Tokenizer
from makeup_ai.training.data.cutting import ASCII, cut_vocabulary, take_rows
from makeup_ai.training.data.vocabulary import FREQUENT, in_memory, train_tokenizer

TEXTS = ["niacinamide serum for oily skin 😍", "the serum and the cream", "油皮适合什么精华"] * FREQUENT

# Invented, in the order of public ones: special pieces at 0 and from 100, holes between, then pieces.
UNUSED = [f"[unused{i}]" for i in range(99)]
WORDS = [
    "the",
    "skin",
    "serum",
    "cream",
    "oil",
    "##y",
    "##s",
    "nia",
    "##cin",
    "##amide",
    "rare",
    "zebra",
    "##bra",
    "ze",
]
LETTERS = [*"abcdefghijklmnopqrstuvwxyz0123456789.,!-é", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz0123456789é")]
PUBLIC = ["[PAD]", *UNUSED, "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *(p for p in LETTERS if p not in WORDS)]
DOMAIN = ["the skin, the serum, the cream", "oily skin and niacinamide", "the serum! the zebra"] * 10


def pieces(tokenizer: Tokenizer, text: str) -> list[str]:
    ids = tokenizer.encode(text, 512).token_ids[1:-1]
    return [tokenizer.vocabulary[index] for index in ids]


def test_words_of_terms_are_whole_where_they_are_frequent(tmp_path: Path) -> None:
    often = [f"{a}{b}{a}{c}" for a in "aeiou" for b in "nrstl" for c in "nrstl"]
    texts = [*TEXTS, *often * 50, "squalane once"]  # the frequent words take the room
    terms = ["Niacinamide", "squalane", "Oily-Skin", "retinol"]
    plain = train_tokenizer(texts, tmp_path / "plain.json", 120)
    whole = train_tokenizer(reversed(texts), tmp_path / "whole.json", 120, terms)
    assert pieces(whole, "niacinamide") == ["niacinamide"] != pieces(plain, "niacinamide")
    assert {"oily", "skin"} <= set(whole.vocabulary)
    assert "squalane" not in whole.vocabulary  # met too rarely
    assert "retinol" not in whole.vocabulary  # never met
    assert plain.vocabulary[:5] == whole.vocabulary[:5] == list(SPECIAL_TOKENS)
    again = train_tokenizer(texts, tmp_path / "again.json", 120, reversed(terms))
    assert again.vocabulary == whole.vocabulary


def test_terms_leave_room_for_the_rest(tmp_path: Path) -> None:
    names = [f"{a}{b}longname" for a in "abcdefghij" for b in "klmnopqrst"]
    texts = [*names * FREQUENT, *["skin serum"] * 500]
    tokenizer = train_tokenizer(texts, tmp_path / "tokenizer.json", 150, names)
    assert tokenizer.vocabulary_size <= 150
    assert {"skin", "serum"} <= set(tokenizer.vocabulary)
    assert sum(name in tokenizer.vocabulary for name in names) > 40


def test_an_emoji_is_a_piece_wherever_it_stands(tmp_path: Path) -> None:
    tokenizer = train_tokenizer(TEXTS, tmp_path / "tokenizer.json", 120)
    assert pieces(tokenizer, "😍 serum😍😍") == ["😍", "serum", "##😍", "##😍"]


def test_rare_characters_are_unknown_where_asked_for(tmp_path: Path) -> None:
    texts = [*TEXTS, "囍 is rare"]
    every = train_tokenizer(texts, tmp_path / "every.json", 150)
    frequent = train_tokenizer(texts, tmp_path / "frequent.json", 150, least=2)
    assert pieces(every, "囍") == ["囍"] and pieces(frequent, "囍") == ["[UNK]"]
    assert pieces(frequent, "油皮") == ["油", "皮"]


def test_a_cut_vocabulary_begins_with_the_special_pieces_and_keeps_rows(tmp_path: Path) -> None:
    cut = cut_vocabulary(PUBLIC, DOMAIN)
    assert cut.pieces[:5] == SPECIAL_TOKENS
    assert [PUBLIC[row] for row in cut.rows] == list(cut.pieces)
    assert not any(piece.startswith("[unused") for piece in cut.pieces)
    assert {"the", "skin", "serum", "nia"} <= set(cut.pieces) and "rare" not in cut.pieces
    assert cut.write(tmp_path / "tokenizer.json").vocabulary == list(cut.pieces)


def test_all_that_was_known_stays_known_at_any_coverage() -> None:
    public = in_memory({piece: index for index, piece in enumerate(PUBLIC)})
    sizes = []
    for coverage in (0.5, 0.9, 1.0):
        cut = cut_vocabulary(PUBLIC, DOMAIN, coverage)
        assert {c for c in ASCII if c in PUBLIC} <= set(cut.pieces)
        small = in_memory({piece: index for index, piece in enumerate(cut.pieces)})
        for text in [*DOMAIN, "any word 42 of ascii letters", "@"]:
            before, after = public.encode(text).tokens, small.encode(text).tokens
            assert before.count("[UNK]") == after.count("[UNK]")
        assert cut.coverage >= coverage
        sizes.append(len(cut.pieces))
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]
    assert public.encode(DOMAIN[0]).tokens == small.encode(DOMAIN[0]).tokens  # all of it kept


def test_a_word_that_characters_cannot_write_keeps_its_pieces() -> None:
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "skin", "öl", "ö", "s", "k", "##i", "##n", "##k"]
    cut = cut_vocabulary(vocabulary, ["skin " * 99 + "ȯl", "ol"], 0.5, characters="")
    assert "öl" not in cut.pieces  # the texts' accents go before they are cut
    vocabulary[6:8] = ["ol", "o"]  # no ##l: the word stands or falls whole
    cut = cut_vocabulary(vocabulary, ["skin " * 99 + "öl"], 0.5, characters="")
    assert "ol" in cut.pieces


def test_new_pieces_begin_as_the_mean_of_what_wrote_them_before() -> None:
    cut = cut_vocabulary(PUBLIC, DOMAIN, add=["niacinamide", "油", "zebra", "rare", "skin", "[MASK]"])
    assert cut.pieces.count("skin") == cut.pieces.count("[MASK]") == 1
    table = np.random.default_rng(0).normal(size=(len(PUBLIC), 4)).astype(np.float32)
    rows = dict(zip(cut.pieces, take_rows(table, cut), strict=True))
    old = {piece: table[index] for index, piece in enumerate(PUBLIC)}
    assert np.allclose(rows["niacinamide"], (old["nia"] + old["##cin"] + old["##amide"]) / 3)
    assert np.array_equal(rows["rare"], old["rare"])  # cut away, and asked for again
    known = [old[piece] for piece in cut.pieces[5:] if piece in old]
    assert np.allclose(rows["油"], np.mean(known, axis=0), atol=1e-6)
    given = take_rows(table, cut, lambda piece: np.full(4, len(piece)))
    assert given[cut.pieces.index("油")].tolist() == [1, 1, 1, 1]
    assert np.array_equal(given[cut.pieces.index("skin")], old["skin"])
    assert given.dtype == np.float32


def test_wrong_vocabularies_and_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="Missing"):
        cut_vocabulary(PUBLIC[1:], DOMAIN)
    with pytest.raises(ValueError, match="once"):
        cut_vocabulary([*PUBLIC, "skin"], DOMAIN)
    with pytest.raises(ValueError, match="coverage"):
        cut_vocabulary(PUBLIC, DOMAIN, 0)
    with pytest.raises(ValueError, match="known piece"):
        cut_vocabulary(PUBLIC, ["油"])
    cut = cut_vocabulary(PUBLIC, DOMAIN, add=["油"])
    with pytest.raises(ValueError, match="rows"):
        take_rows(np.zeros((7, 4), np.float32), cut)
    with pytest.raises(ValueError, match="row of 4"):
        take_rows(np.zeros((len(PUBLIC), 4), np.float32), cut, lambda piece: np.zeros(3))
