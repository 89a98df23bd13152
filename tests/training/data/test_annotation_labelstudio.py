import json
from xml.etree import ElementTree

import pytest

from makeup_ai.errors import DataError
from makeup_ai.training.data.annotation.labelstudio import configuration, read_export, write_tasks
from makeup_ai.training.data.annotation.records import Annotation
from makeup_ai.training.data.examples import Example

PROPOSED = [
    Annotation(
        Example("🌸 nice scent", slots=((2, 6, "opinion"), (7, 12, "aspect")), sentiment="positive", language="en",
                group="P1", aspects=("scent#positive", "all#positive")),
        "run:x",
        0.25,
    ),
    Annotation(Example("味道一般", slots=(), language="zh", aspects=()), "run:x", 0.75),
]  # fmt: skip


def span(start, end, text=None, label="aspect"):
    value = {"start": start, "end": end, "labels": [label]} | ({} if text is None else {"text": text})
    return {"from_name": "spans", "to_name": "text", "type": "labels", "value": value}


def choice(field, *choices):
    return {"from_name": field, "to_name": "text", "type": "choices", "value": {"choices": list(choices)}}


def task(text, *results, **more):
    return {"data": {"text": text}, "annotations": [{"completed_by": 1, "result": list(results), **more}]}


@pytest.fixture
def export(tmp_path):
    def write(*tasks):
        path = tmp_path / "export.json"
        path.write_text(json.dumps(tasks), encoding="utf-8")
        return path

    return write


def test_tasks_come_back_as_they_were_proposed(tmp_path):
    write_tasks(tmp_path / "tasks.json", PROPOSED)
    assert read_export(tmp_path / "tasks.json") == PROPOSED
    first = json.loads((tmp_path / "tasks.json").read_text("utf-8"))[0]
    assert first["predictions"][0]["score"] == 0.25
    assert first["predictions"][0]["result"][0]["value"] == {
        "start": 2,
        "end": 6,
        "text": "nice",
        "labels": ["opinion"],
    }
    ids = [result["id"] for result in first["predictions"][0]["result"]]
    assert len(set(ids)) == len(ids) == 4


def test_the_configuration_names_every_control_that_the_tasks_use(tmp_path):
    choices = {"spans": ("aspect", 'opi<ni>"on'), "sentiment": ("negative", "positive"), "aspects": ("a&b#good",)}
    view = ElementTree.fromstring(configuration(choices))
    controls = {one.get("name"): one for one in view if one.get("toName") == "text"}
    assert {name: [label.get("value") for label in one] for name, one in controls.items()} == {
        name: list(labels) for name, labels in choices.items()
    }
    assert (controls["sentiment"].get("choice"), controls["aspects"].get("choice")) == ("single", "multiple")
    write_tasks(tmp_path / "tasks.json", PROPOSED)
    used = json.loads((tmp_path / "tasks.json").read_text("utf-8"))[0]["predictions"][0]["result"]
    assert {result["from_name"] for result in used} <= set(controls)


def test_what_a_person_submitted_goes_before_what_was_predicted(export):
    predicted = {"predictions": [{"model_version": "run:x", "score": 0.5, "result": [span(0, 5)]}]}
    submitted = task("scent good", span(6, 10, "good", "opinion"), choice("sentiment", "positive")) | predicted
    skipped = task("scent bad", span(0, 5), was_cancelled=True) | predicted
    nothing, untouched = task("hello you"), {"data": {"text": "later"}, "annotations": []} | predicted
    found = read_export(export(submitted, skipped, nothing, untouched))
    assert [one.checked for one in found] == [True, False, True, False]
    assert [one.example.slots for one in found] == [((6, 10, "opinion"),), ((0, 5, "aspect"),), (), ((0, 5, "aspect"),)]
    assert (found[0].example.sentiment, found[0].proposer, found[0].confidence) == ("positive", "run:x", 0.5)


def test_where_no_task_has_a_span_nobody_looked_for_any(export):
    (one,) = read_export(export(task("fine", choice("sentiment", "positive"))))
    assert one.example.slots is None and one.example.aspects is None


def test_places_in_utf16_are_told_by_the_text_beside_them(export):
    (one,) = read_export(export(task("🌸🌸 nice scent 🌸", span(5, 9, "nice"), span(10, 18, "scent 🌸", "all"))))
    assert [one.example.text[s:e] for s, e, _ in one.example.slots] == ["nice", "scent 🌸"]
    (plain,) = read_export(export(task("🌸🌸 nice", span(3, 7))))
    assert plain.example.slots == ((3, 7, "aspect"),)


def test_one_of_several_annotators_is_chosen(export):
    both = task("scent", span(0, 5))
    both["annotations"].append({"completed_by": {"id": 2, "email": "b@shop.example"}, "result": []})
    with pytest.raises(DataError, match="work of one annotator"):
        read_export(export(both))
    assert read_export(export(both), "1")[0].example.slots == ((0, 5, "aspect"),)
    (other,) = read_export(export(both), "b@shop.example")
    assert other.checked and not other.example.slots
    assert not read_export(export(both), "3")[0].checked


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (task("scent good", span(0, 4, "scent")), "Expected 'scent' at 0 to 4. Received: 'scen'"),
        (task("scent good", span(0, 50)), "text of 10"),
        (task("scent good", span(-3, 2, "sc")), "Expected 'sc' at -3 to 2"),
        (task("scent good", span(0, 5), span(3, 8)), "without overlap"),
        (task("scent good", {"from_name": "spans", "value": {"start": 0, "end": 2}}), "one label"),
        (task("scent good", {"from_name": "spans"}), "a result with a value"),
        (task("scent good", choice("mood", "fine")), "from_name in"),
        (task("scent good", choice("sentiment", "positive", "negative")), "one choice"),
        (task("scent good", choice("sentiment")), "Expected choices"),
        (task(" "), "has a text"),
        ({"text": "scent", "label": []}, "JSON-MIN"),
        ({"data": {"text": "scent"}, "annotations": {"result": []}}, "list of objects"),
        ([], "JSON-MIN"),
    ],
)
def test_an_export_that_says_something_else_is_refused_with_its_task(export, broken, message):
    with pytest.raises(DataError, match=message) as caught:
        read_export(export(task("fine"), broken))
    assert caught.value.row == 2


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[{", b"\xff\xfe\x00", b"[" * 100_000])
def test_what_is_no_export_is_one_clear_error(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(DataError, match="Expected"):
        read_export(tmp_path / "x.json")
    with pytest.raises(DataError, match="can be read"):
        read_export(tmp_path / "none.json")


def test_an_export_is_not_written_over(export):
    path = export(task("scent", span(0, 5)))
    before = path.read_bytes()
    with pytest.raises(DataError, match="Choose another file"):
        write_tasks(path, PROPOSED)
    assert path.read_bytes() == before
    same = export({"data": {"text": "scent"}, "predictions": []})
    write_tasks(same, PROPOSED)
    assert len(read_export(same)) == 2
