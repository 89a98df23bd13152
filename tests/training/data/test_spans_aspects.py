import json

import pytest

from makeup_ai.errors import DataError
from makeup_ai.training.data.parts import load_examples, load_parts
from makeup_ai.training.data.spans.aspects import read_aspects

REVIEWS = "id,Reviews\n1,瓶子很漂亮，味道刺鼻\n2,随便买买\n3,Lovely scent 🌸 indeed\n"
HEADER = "id,AspectTerms,A_start,A_end,OpinionTerms,O_start,O_end,Categories,Polarities\n"
JUDGEMENTS = (
    HEADER + "1,瓶子,0,2,很漂亮,2,5,包装,正面\n"
    "1,味道,6,8,刺鼻,8,10,气味,负面\n"
    "1,味道,6,8,味道刺鼻,6,10,气味,负面\n"
    "3,scent,7,12,Lovely,0,6,scent,positive\n"
    "3,_, , ,indeed,15,21,_,positive\n"
)


@pytest.fixture
def tables(tmp_path):
    def write(reviews=REVIEWS, judgements=JUDGEMENTS):
        (tmp_path / "reviews.csv").write_text(reviews, encoding="utf-8")
        (tmp_path / "labels.csv").write_text(judgements, encoding="utf-8")
        return tmp_path / "reviews.csv", tmp_path / "labels.csv"

    return write


def test_judgements_become_aspects_and_spans(tables):
    first, second, third = read_aspects(*tables())
    assert first.aspects == ("包装#正面", "气味#负面")  # each once, in the order of the file
    assert [(first.text[s:e], kind) for s, e, kind in first.slots] == [
        ("瓶子", "aspect"), ("很漂亮", "opinion"), ("味道刺鼻", "opinion"),
    ]  # fmt: skip
    assert (second.aspects, second.slots) == ((), ())  # somebody looked, and there is nothing
    assert third.aspects == ("scent#positive",)  # a category that is not stated makes none
    assert [third.text[s:e] for s, e, _ in third.slots] == ["Lovely", "scent", "indeed"]
    assert (first.language, third.language, third.group) == ("zh", "en", None)


def test_other_names_are_mapped_and_products_keep_together(tables):
    reviews, labels = tables(
        REVIEWS.replace("id,Reviews", "nr,body").replace("\n2,", "\n2x,"), JUDGEMENTS.replace("Polarities", "mood")
    )
    examples = read_aspects(reviews, labels, "review=nr,text=body,polarity=mood")
    assert examples[0].aspects == ("包装#正面", "气味#负面")
    with pytest.raises(DataError, match="'nothing=body'"):
        read_aspects(reviews, labels, "nothing=body")
    rows = "".join(f"{n},香味不错{n},P{n % 12}\n" for n in range(60))
    made = "".join(f"{n},香味,0,2,不错,2,4,气味,{'正面' if n % 2 else '负面'}\n" for n in range(60))
    both = tables("id,text,product_id\n" + rows, HEADER + made)
    parts = load_parts(both[0], labels=both[1])
    groups = [{e.group for e in part} for part in (parts.train, parts.valid, parts.test)]
    assert not groups[0] & groups[1] and not groups[0] & groups[2] and len(set.union(*groups)) == 12
    assert len(load_examples(both[0], labels=both[1])) == 60


def test_types_of_jsonl_are_read_as_they_are(tables, tmp_path):
    reviews, _ = tables()
    row = {"id": 3.0, "AspectTerms": None, "A_start": None, "A_end": None, "OpinionTerms": "Lovely", "O_start": 0}
    row |= {"O_end": 6.0, "Categories": "scent", "Polarities": "positive"}
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    assert read_aspects(reviews, path)[2].slots == ((0, 6, "opinion"),)


@pytest.mark.parametrize(
    ("judgement", "column", "message"),
    [
        ("1,瓶子,0,1,_,,,包装,正面", "AspectTerms", "Ends are exclusive: add 1"),
        ("1,瓶子,1,3,_,,,包装,正面", "AspectTerms", "Received: '子很'"),
        ("1,瓶子,-2,2,_,,,包装,正面", "AspectTerms", "Expected '瓶子'"),
        ("1,_,,,刺鼻,800,802,气味,负面", "OpinionTerms", "Received: ''"),
        ("1,_,,,刺鼻,,,气味,负面", "O_start", "Expected a whole number"),
        ("1,_,,,刺鼻,8.5,10,气味,负面", "O_start", "Expected a whole number"),
        ("1,_,,,刺鼻,8,nan,气味,负面", "O_end", "Expected a whole number"),
        ("9,_,,,刺鼻,8,10,气味,负面", "id", "Expected the id of a review"),
    ],
)
def test_a_term_that_is_not_at_its_place_is_refused(tables, judgement, column, message):
    with pytest.raises(DataError, match=message) as caught:
        read_aspects(*tables(judgements=HEADER + judgement))
    assert (caught.value.row, caught.value.column) == (2, column)
    assert caught.value.file.endswith("labels.csv")


@pytest.mark.parametrize(
    ("reviews", "row", "message"),
    [
        ("id,text\n1,甲\n1,乙\n", 3, "that no other review has"),
        ("id,text\n,甲\n", 2, "that no other review has"),
        ("id,text\n1, \n", 2, "An example has a text"),
        ("id,body\n1,甲\n", None, "No column could be 'text'"),
    ],
)
def test_reviews_that_cannot_be_told_apart_or_read_are_refused(tables, reviews, row, message):
    path, labels = tables(reviews, HEADER + "1,_,,,_,,,整体,正面\n")
    with pytest.raises(DataError, match=message) as caught:
        read_aspects(path, labels)
    assert caught.value.row == row
