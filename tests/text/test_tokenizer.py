import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as LibraryTokenizer
from tokenizers.models import WordPiece
from tokenizers.processors import TemplateProcessing

from makeup_ai.text.tokenizer import MAX_CHARACTERS, Encoding, Tokenizer, pad
from makeup_ai.training.data.vocabulary import write_tokenizer

GOLDEN = json.loads((Path(__file__).parent / "golden" / "tokens.json").read_text(encoding="utf-8"))
CLS, SEP = 2, 3

# What people type, and what makes offsets hard: width, accents, marks, controls, emoji, ideographs, unknown letters.
CHARACTERS = "skin OILY 50!?,-[]\t\nＳＰＦßẞİς½éÑ\u0301\u0300\u0000\u200b\u200d\ufe0f\ufffd\ue000👍🏽油皮𠮷㎡한Ж"
texts = st.text(st.sampled_from(CHARACTERS), max_size=24) | st.text(max_size=24)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    return write_tokenizer({piece: index for index, piece in enumerate(GOLDEN["vocabulary"])}, path)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_golden_ids_and_offsets(tokenizer: Tokenizer, case: dict) -> None:
    encoding = tokenizer.encode(case["text"], 512)
    assert encoding.token_ids.tolist() == case["ids"]
    assert encoding.offsets.tolist() == case["offsets"]
    assert not encoding.truncated
    assert encoding.token_ids.dtype == encoding.offsets.dtype == np.int32


def pieces(tokenizer: Tokenizer, encoding: Encoding) -> str:
    return " ".join(tokenizer.vocabulary[index] for index in encoding.token_ids)


def test_a_pair_is_read_at_once_and_each_side_keeps_its_offsets(tokenizer: Tokenizer) -> None:
    (pair,) = tokenizer.encode_pairs(["oily 油"], ["  skin oily"], 16)
    first, second = tokenizer.encode("oily 油", 16), tokenizer.encode("  skin oily", 16)
    assert pair.token_ids.tolist() == [*first.token_ids, *second.token_ids[1:]]
    assert pair.offsets.tolist() == [*first.offsets.tolist(), *second.offsets.tolist()[1:]]
    assert pair.token_ids.dtype == pair.offsets.dtype == np.int32
    assert pair.second == len(first.token_ids) and not pair.truncated
    assert ["  skin oily"[start:end] for start, end in pair.offsets[pair.second : -1]] == ["skin", "oily"]
    assert first.second == 0
    token_ids, padding_mask = pad([pair, first], 16)
    assert padding_mask.sum(axis=1).tolist() == [len(pair.token_ids), len(first.token_ids)]
    assert token_ids[0, : len(pair.token_ids)].tolist() == pair.token_ids.tolist()


@pytest.mark.parametrize(
    ("first", "second", "room", "kept"),
    [
        (3, 4, 7, (3, 4)),  # it fits
        (9, 2, 7, (5, 2)),  # the longer side gives up its end
        (2, 9, 7, (2, 5)),
        (9, 9, 7, (3, 4)),  # a half each, the odd piece to the second
        (9, 8, 7, (4, 3)),  # ... or to the longer one
        (0, 9, 7, (0, 7)),
        (1, 1, 2, (1, 1)),
    ],
)
def test_the_longer_side_of_a_pair_is_cut_first(tokenizer: Tokenizer, first, second, room, kept) -> None:
    (pair,) = tokenizer.encode_pairs(["skin " * first], ["油" * second], room + 3)
    expected = ["[CLS]", *["skin"] * kept[0], "[SEP]", *["油"] * kept[1], "[SEP]"]
    assert pieces(tokenizer, pair) == " ".join(expected)
    assert pair.truncated == (first + second > room)
    assert pair.second == kept[0] + 2 and len(pair.offsets) == len(pair.token_ids)


@given(sides=st.lists(st.tuples(texts, texts), min_size=1, max_size=3), length=st.integers(5, 24))
def test_pairs_are_cut_as_the_library_cuts_them(tokenizer: Tokenizer, sides, length: int) -> None:
    library = LibraryTokenizer.from_file(str(tokenizer.path))
    cls, sep = ("[CLS]", CLS), ("[SEP]", SEP)
    library.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[cls, sep]
    )
    library.enable_truncation(length, strategy="longest_first")
    found = tokenizer.encode_pairs([a for a, _ in sides], [b for _, b in sides], length)
    for (first, second), pair in zip(sides, found, strict=True):
        theirs = library.encode(*(text.encode("utf-8", "replace").decode() for text in (first, second)))
        assert pair.token_ids.tolist() == theirs.ids
        assert pair.offsets.tolist() == [list(ends) for ends in theirs.offsets]
        assert 2 <= pair.second <= len(pair.token_ids) - 1
        assert pair.token_ids[pair.second - 1] == SEP


def test_pairs_need_room_and_a_second_text_each(tokenizer: Tokenizer) -> None:
    with pytest.raises(ValueError, match="max_length=4"):
        tokenizer.encode_pairs(["skin"], ["oily"], 4)
    with pytest.raises(ValueError, match="2 firsts, 1 seconds"):
        tokenizer.encode_pairs(["skin", "skin"], ["oily"], 16)
    assert tokenizer.encode_pairs([], [], 16) == []
    (long,) = tokenizer.encode_pairs(["油" * (MAX_CHARACTERS + 1)], ["skin"], 16)
    assert long.truncated and len(long.token_ids) == 16 and long.token_ids[-2] == tokenizer.token_id("skin")


def test_a_special_piece_that_a_person_types_is_plain_text(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("[CLS] [SEP] [PAD] [MASK] [UNK]", 64).token_ids.tolist()
    assert [i for i in ids[1:-1] if i in {0, CLS, SEP, tokenizer.token_id("[MASK]")}] == []
    assert ids[0] == CLS and ids[-1] == SEP


@given(text=texts)
def test_offsets_lead_back_to_the_characters_a_piece_came_from(tokenizer: Tokenizer, text: str) -> None:
    encoding = tokenizer.encode(text, 1_000)
    vocabulary = tokenizer.vocabulary
    offsets = encoding.offsets[1:-1].tolist()
    assert encoding.offsets[[0, -1]].tolist() == [[0, 0], [0, 0]]
    assert offsets == sorted(offsets)
    assert all(0 <= start < end <= len(text) for start, end in offsets)
    for index, (start, end) in zip(encoding.token_ids[1:-1], offsets, strict=True):
        piece = vocabulary[index].removeprefix("##")
        if piece != "[UNK]" and not _accent_on_a_ligature(text, start):
            # one character may become several pieces (ß, ½), which then all lead to it
            assert piece in tokenizer.normalise(text[start:end])
    joined = {(start, end) for start, end in offsets}
    lost = [c for i, c in enumerate(text) if not any(start <= i < end for start, end in joined)]
    assert tokenizer.normalise("".join(lost)).strip() == ""


@given(text=texts)
def test_a_text_that_is_normalised_already_keeps_its_ids(tokenizer: Tokenizer, text: str) -> None:
    normalised = tokenizer.normalise(text)
    assert tokenizer.encode(normalised, 1_000).token_ids.tolist() == tokenizer.encode(text, 1_000).token_ids.tolist()


@pytest.mark.parametrize("length", [3, 4, 16, 128])
def test_a_longer_text_is_cut_before_sep_and_says_so(tokenizer: Tokenizer, length: int) -> None:
    text = "skin " * length
    whole, cut = tokenizer.encode(text, 10 * length), tokenizer.encode(text, length)
    assert cut.truncated and not whole.truncated
    assert cut.token_ids.tolist() == [*whole.token_ids[: length - 1].tolist(), SEP]
    assert cut.offsets.tolist() == [*whole.offsets[: length - 1].tolist(), [0, 0]]
    exact = tokenizer.encode("skin " * (length - 2), length)
    assert len(exact.token_ids) == length and not exact.truncated


def test_ten_thousand_characters_are_read_up_to_the_limit(tokenizer: Tokenizer) -> None:
    encoding = tokenizer.encode("油" * 10_000, 20_000)
    assert len(encoding.token_ids) == MAX_CHARACTERS + 2
    assert encoding.truncated and encoding.token_ids[-1] == SEP
    assert encoding.offsets[-2].tolist() == [MAX_CHARACTERS - 1, MAX_CHARACTERS]
    assert not tokenizer.encode("油" * MAX_CHARACTERS, 20_000).truncated


def test_a_batch_is_its_texts_one_by_one(tokenizer: Tokenizer) -> None:
    several = [case["text"] for case in GOLDEN["cases"]]
    for one, text in zip(tokenizer.encode_batch(several, 12), several, strict=True):
        alone = tokenizer.encode(text, 12)
        assert one.token_ids.tolist() == alone.token_ids.tolist() and one.truncated == alone.truncated
    assert tokenizer.encode_batch([], 12) == []


def test_normalise_takes_what_is_not_unicode(tokenizer: Tokenizer) -> None:
    assert tokenizer.normalise("Ｏily \ud800") == "oily ?"


def test_the_vocabulary_is_in_the_order_of_its_ids(tokenizer: Tokenizer) -> None:
    assert tokenizer.vocabulary == GOLDEN["vocabulary"]
    assert tokenizer.vocabulary_size == len(GOLDEN["vocabulary"])
    assert tokenizer.token_id("skin") == GOLDEN["vocabulary"].index("skin")
    assert tokenizer.token_id("no such piece") == 1


def test_padding_is_on_the_right_and_masked() -> None:
    rows = [Encoding(np.array(ids, np.int32), np.zeros((len(ids), 2), np.int32), False) for ids in ([2, 9, 3], [2, 3])]
    token_ids, padding_mask = pad(rows, 4)
    assert token_ids.tolist() == [[2, 9, 3, 0], [2, 3, 0, 0]]
    assert padding_mask.tolist() == [[1, 1, 1, 0], [1, 1, 0, 0]]
    assert token_ids.dtype == padding_mask.dtype == np.int32
    with pytest.raises(ValueError, match="row 0"):
        pad(rows, 2)


def test_wrong_files_and_lengths_are_refused(tokenizer: Tokenizer, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="max_length=2"):
        tokenizer.encode("skin", 2)
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json"):
        Tokenizer(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(ValueError, match=r"broken\.json"):
        Tokenizer(tmp_path / "broken.json")
    LibraryTokenizer(WordPiece({"[UNK]": 0, "[PAD]": 1}, unk_token="[UNK]")).save(str(tmp_path / "other.json"))
    with pytest.raises(ValueError, match=r"\[PAD\] as 0"):
        Tokenizer(tmp_path / "other.json")


def _accent_on_a_ligature(text: str, start: int) -> bool:
    """Tell whether a mark follows a character of several letters: `tokenizers` leads the last one to the mark alone."""
    return text[start] in "\u0300\u0301" or (start + 1 < len(text) and text[start + 1] in "\u0300\u0301")
