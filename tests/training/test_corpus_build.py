import json
from pathlib import Path

import pytest

from makeup_ai.cli import main
from makeup_ai.errors import DataError
from makeup_ai.training.data.cleaning import Cleaning
from makeup_ai.training.data.corpus_card import CARD, READABLE_CARD
from makeup_ai.training.data.documents import Document, read_card, read_documents
from makeup_ai.training.data.segmentation import SEGMENTERS
from makeup_ai.training.data.text_corpus import CorpusSettings, build_corpus
from makeup_ai.training.data.texts import read_texts
from makeup_ai.training.data.vocabulary import train_tokenizer

REVIEWS = """review,rating,product_id
"This serum is lovely. My skin drinks it up, call 13800138000!",5,P1
"this serum is LOVELY, my skin drinks it up, call 13900139000",4,P1
ok,3,P2
"這款面霜很好用！下次還會再買。",5,P3
"""
PLAIN = "A cream for dry skin.\nIt lasts all day.\n\nje cherche une crème pour ma peau\n\n好评好评好评好评好评好评\n"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    reviews, plain = tmp_path / "reviews.csv", tmp_path / "notes.txt"
    reviews.write_text(REVIEWS, encoding="utf-8")
    plain.write_text(PLAIN, encoding="utf-8")
    return [reviews, plain]


def test_documents_keep_their_bounds_order_and_origin(files: list[Path], tmp_path: Path) -> None:
    build_corpus(files, tmp_path / "out", ["CC0-1.0"])
    assert list(read_documents(tmp_path / "out")) == [
        Document("reviews.csv:2", "en", ("This serum is lovely.", "My skin drinks it up, call <phone>!")),
        Document("reviews.csv:5", "zh", ("这款面霜很好用！", "下次还会再买。")),
        Document("notes.txt:1", "en", ("A cream for dry skin.", "It lasts all day.")),
    ]


def test_the_card_accounts_for_every_text(files: list[Path], tmp_path: Path) -> None:
    tokenizer = train_tokenizer([REVIEWS, PLAIN], tmp_path / "tokenizer.json", 200)
    card = build_corpus(files, tmp_path / "out", ["CC BY 4.0", "our own"], tokenizer=tokenizer)
    reviews, plain = card["sources"]
    assert [source["licence"] for source in card["sources"]] == ["CC BY 4.0", "our own"]
    assert reviews["removed"] == {"duplicate": 1, "too short": 1}
    assert plain["removed"] == {"language other": 1, "repetitive": 1}
    assert reviews["masked"] == {"phone": 2}
    for source in card["sources"]:
        kept = sum(counts["documents"] for counts in source["kept"].values())
        assert source["read"] == kept + sum(source["removed"].values())
    english = [s for d in read_documents(tmp_path / "out") if d.language == "en" for s in d.sentences]
    assert card["languages"]["en"]["sentences"] == len(english) == 4
    pieces = sum(len(e.token_ids) - 2 for e in tokenizer.encode_batch(english, 512))
    assert card["languages"]["en"]["pieces"] == pieces
    assert card["languages"]["zh"]["han_words"] == 13
    page = (tmp_path / "out" / READABLE_CARD).read_text("utf-8")
    assert "CC BY 4.0" in page and reviews["sha256"] in page and "| duplicate |" in page
    assert read_card(tmp_path / "out") == json.loads(json.dumps(card))


def test_the_same_files_give_the_same_bytes_in_shards_of_a_size(files: list[Path], tmp_path: Path) -> None:
    settings = CorpusSettings(shard=2)
    for name in ("one", "two"):
        build_corpus(files, tmp_path / name, ["CC0-1.0"], settings)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted([READABLE_CARD, CARD, "documents-00000.jsonl", "documents-00001.jsonl"])
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert len(list(read_documents(tmp_path / "one"))) == 3


def test_a_corpus_is_replaced_and_nothing_else_is(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_corpus(files, out, ["CC0-1.0"])
    build_corpus(files[1:], out, ["CC0-1.0"])
    assert [document.id for document in read_documents(out)] == ["notes.txt:1"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious.txt").write_text("keep me")
    with pytest.raises(DataError, match="Choose another"):
        build_corpus(files, other, ["CC0-1.0"])
    assert [path.name for path in other.iterdir()] == ["precious.txt"]


def test_a_failure_leaves_what_was_there(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    build_corpus(files, out, ["CC0-1.0"])
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def fail(card: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr("makeup_ai.training.data.text_corpus.describe", fail)
    with pytest.raises(OSError, match="disk full"):
        build_corpus(files[:1], out, ["CC0-1.0"])
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert not list(tmp_path.glob(".out*"))


def test_a_changed_shard_is_refused(files: list[Path], tmp_path: Path) -> None:
    build_corpus(files, tmp_path / "out", ["CC0-1.0"])
    shard = tmp_path / "out" / "documents-00000.jsonl"
    shard.write_text(shard.read_text("utf-8").replace("lovely", "awful"), encoding="utf-8")
    with pytest.raises(DataError, match="SHA-256"):
        list(read_documents(tmp_path / "out"))


def test_wrong_use_is_refused_before_anything_is_read(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    for wrong, licences, settings in (
        ([], ["CC0-1.0"], None),
        ([files[0], files[0]], ["CC0-1.0"], None),
        (files, ["a", "b", "c"], None),
        (files, [" "], None),
        (files, ["a"], CorpusSettings(segmenter="scissors")),
        (files, ["a"], CorpusSettings(shard=0)),
    ):
        with pytest.raises(ValueError, match="Received"):
            build_corpus(wrong, out, licences, settings)
    with pytest.raises(DataError, match="left out"):
        build_corpus(files, out, ["CC0-1.0"], CorpusSettings(cleaning=Cleaning(shortest=99)))
    assert not out.exists()


def test_tables_of_any_layout_and_plain_text_give_texts(tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue.jsonl"
    catalogue.write_text(
        '{"id": 1, "name": "Dew Cream", "description": "A cream."}\n{"id": 2, "name": "Balm", "description": null}\n'
    )
    assert read_texts(catalogue) == [(1, "Dew Cream\nA cream."), (2, "Balm")]
    assert read_texts(catalogue, "text=name,title=") == [(1, "Dew Cream"), (2, "Balm")]
    titles = tmp_path / "titles.csv"
    titles.write_text("title,price\nred lipstick,9\n")
    assert read_texts(titles) == [(2, "red lipstick")]
    plain = tmp_path / "plain.txt"
    plain.write_bytes(b"a\r\nb\r\n\r\n\r\nc\n")
    assert read_texts(plain) == [(1, "a\nb\n"), (5, "c\n")]
    assert read_texts(plain, plain="lines") == [(1, "a"), (2, "b"), (5, "c")]
    assert read_texts(plain, plain="whole") == [(1, "a\nb\n\n\nc\n")]


def test_files_without_text_are_refused(tmp_path: Path) -> None:
    numbers, empty, unknown = tmp_path / "numbers.csv", tmp_path / "empty.txt", tmp_path / "page.pdf"
    numbers.write_text("x,y\n1,2\n")
    empty.write_text(" \n")
    unknown.write_text("x")
    for path, match in ((numbers, "text="), (empty, "empty"), (unknown, "suffix"), (tmp_path / "no.txt", "read")):
        with pytest.raises(DataError, match=match):
            read_texts(path)
    with pytest.raises(ValueError, match="paragraphs"):
        read_texts(empty, plain="pages")


def test_words_stand_beside_chinese_sentences(files: list[Path], tmp_path: Path) -> None:
    build_corpus(files, tmp_path / "out", ["CC0-1.0"], CorpusSettings(segmenter="characters"))
    english, chinese, _ = read_documents(tmp_path / "out")
    assert english.words == ()
    assert [len(words) for words in chinese.words] == [8, 7]
    assert ("霜", "x") in chinese.words[0] and ("！", "w") in chinese.words[0]


def test_the_command_makes_a_corpus_and_says_where(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["data", "corpus", *map(str, files), "--out", str(out), "--licence", "CC0-1.0"]
    assert main([*words, "--keep-duplicates", "--languages", "en", "--no-placeholders", "--shortest", "3"]) == 0
    printed = capsys.readouterr().out
    assert str(out) in printed.splitlines()[-1]
    card = read_card(out)
    assert list(card["languages"]) == ["en"] and card["languages"]["en"]["documents"] == 3
    assert not any("<phone>" in s for d in read_documents(out) for s in d.sentences)
    assert main([*words, "--segment", "scissors"]) == 2
    assert str(sorted(SEGMENTERS)) in capsys.readouterr().err
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == read_card(out)
