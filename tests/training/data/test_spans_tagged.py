import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.errors import DataError
from makeup_ai.training.data.parts import load_examples, load_parts
from makeup_ai.training.data.spans.overlap import without_overlap
from makeup_ai.training.data.spans.tagged import read_tagged


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "x.conll"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def surfaces(example):
    return [(example.text[start:end], kind) for start, end, kind in example.slots]


@pytest.mark.parametrize(
    "tags",
    ["B-brand I-brand I-brand O B-kind", "B-brand I-brand E-brand O S-kind", "B-brand M-brand E-brand O S-kind",
     "B-brand I-brand L-brand O U-kind", "I-brand I-brand I-brand O I-kind"],
)  # fmt: skip
def test_every_kin_of_bio_says_the_same(write, tags):
    path = write("\n".join(f"{c}\t{tag}" for c, tag in zip("蓝月山的霜", tags.split(), strict=True)))
    (example,) = read_tagged(path)
    assert example.text == "蓝月山的霜"
    assert surfaces(example) == [("蓝月山", "brand"), ("霜", "kind")]
    assert example.language == "zh"


def test_ends_and_other_kinds_close_a_span(write):
    (example,) = read_tagged(write("霜\tB-kind\n膏\tB-kind\n露\tE-kind\n水\tE-kind\n蓝\tI-brand\n山\tI-kind\n"))
    assert surfaces(example) == [("霜", "kind"), ("膏露", "kind"), ("水", "kind"), ("蓝", "brand"), ("山", "kind")]


def test_blanks_in_a_line_of_a_character_are_characters(write):
    (example,) = read_tagged(write("A\tB-brand\n \tI-brand\nB\tE-brand\n\u3000\tO\n霜\tS-kind"))
    assert example.text == "A B\u3000霜"
    assert surfaces(example) == [("A B", "brand"), ("霜", "kind")]
    (spaced,) = read_tagged(write("A B-brand\n  E-brand\n霜 S-kind"))
    assert spaced.text == "A 霜" and surfaces(spaced) == [("A ", "brand"), ("霜", "kind")]


def test_words_are_joined_by_spaces_where_their_script_has_them(write):
    content = (
        "-DOCSTART- -X- -X- O\n\nA DT B-NP O\nNorth NNP I-NP B-brand\nPine NNP I-NP I-brand\nbalm NN I-NP B-kind\n"
    )
    first, second = read_tagged(write(content.replace("\n", "\r\n") + "\r\n北松 N O B-brand\r\n面霜 N O B-kind\r\n"))
    assert first.text == "A North Pine balm"
    assert surfaces(first) == [("North Pine", "brand"), ("balm", "kind")] and first.language == "en"
    assert second.text == "北松面霜" and surfaces(second) == [("北松", "brand"), ("面霜", "kind")]


def test_gb18030_and_a_mark_at_the_start_are_read(write):
    lines = "".join(f"{c}\tO\n" for c in "今天买了一瓶很好用的面霜") + "霜\tS-kind\n"
    assert read_tagged(write(lines.encode("gb18030"))) == read_tagged(write(lines.encode("utf-8-sig")))


@pytest.mark.parametrize(
    ("content", "row", "message"),
    [
        ("霜\tB-kind\n膏", 2, "a token and its tag"),
        ("霜\tB-kind\n膏\tX-kind", 2, "Expected a tag O"),
        ("霜\tB", 1, "Received: 'B'"),
        ("\tO", 1, "a token and its tag"),
        ("霜\tO\n\n \tO\n", 3, "An example has a text"),
        ("", None, "holds none"),
        ("\n\n\n", None, "holds none"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(write, content, row, message):
    with pytest.raises(DataError, match=message) as caught:
        read_tagged(write(content))
    assert caught.value.row == row


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(DataError, match="can be read"):
        read_tagged(tmp_path / "none.bio")


@given(
    text=st.text("霜膏露 ab", min_size=1, max_size=20).filter(str.strip),
    drawn=st.lists(st.tuples(st.integers(0, 19), st.integers(1, 5), st.sampled_from(["brand", "kind"])), max_size=6),
)
def test_spans_come_back_from_their_tags(tmp_path_factory, text, drawn):
    spans = without_overlap((s, s + n, kind) for s, n, kind in drawn if s + n <= len(text))
    tags = ["O"] * len(text)
    for start, end, kind in spans:
        tags[start:end] = [f"B-{kind}", *[f"I-{kind}"] * (end - start - 1)]
    path = tmp_path_factory.mktemp("bio") / "x.bio"
    path.write_text("".join(f"{c}\t{tag}\n" for c, tag in zip(text, tags, strict=True)), encoding="utf-8")
    (example,) = read_tagged(path)
    assert (example.text, example.slots) == (text, spans)


def test_training_takes_them_by_their_suffix(write):
    path = write("\n\n".join(f"蓝\tB-brand\n{chr(0x4E00 + n)}\tI-brand\n霜\tS-kind" for n in range(40)), "x.txt.bieos")
    parts = load_parts(path, by="text")
    assert sorted(e.text for part in (parts.train, parts.valid, parts.test) for e in part) == sorted(
        e.text for e in load_examples(path)
    )
    assert parts.quality is None and parts.train[0].slots == ((0, 2, "brand"), (2, 3, "kind"))
    with pytest.raises(ValueError, match="No row has a product"):
        load_parts(path)
