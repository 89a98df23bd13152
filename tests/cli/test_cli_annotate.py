"""`makeup-ai data annotate|agreement|annotated`, from texts to a file that training reads."""

import json

import pytest

from makeup_ai.cli import main
from makeup_ai.training.data.examples import read_examples
from makeup_ai.training.data.parts import load_parts


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("A matte lipstick, please\nzzz qqq\n想要哑光口红\n", encoding="utf-8")
    return path


def said(capsys, *arguments, status=0):
    assert main(["data", *map(str, arguments)]) == status
    captured = capsys.readouterr()
    return captured.out if status == 0 else captured.err


def test_from_texts_to_examples_and_again(texts, tmp_path, capsys):
    work, out = tmp_path / "work.jsonl", tmp_path / "examples.jsonl"
    assert said(capsys, "annotate", texts, "--out", work, "--limit", 2).startswith("2 added")
    lines = [json.loads(line) for line in work.read_text("utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["zzz qqq", "A matte lipstick, please"]  # the least sure first
    assert [line["checked"] for line in lines] == [False, False]
    assert "checked" in said(capsys, "annotated", work, "--out", out, status=2) and not out.exists()
    lines[1] |= {"checked": True, "labels": {"sentiment": "positive"}, "spans": [[2, 7, "look"]]}
    work.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert said(capsys, "annotate", texts, "--out", work, "--renew").startswith("1 added, 1 renewed, 0 kept, 1 checked")
    assert "1 of 3 texts" in said(capsys, "annotated", work, "--out", out)
    (example,) = read_examples(out)
    assert (example.text, example.slots, example.sentiment) == (
        "A matte lipstick, please",
        ((2, 7, "look"),),
        "positive",
    )


def test_label_studio_goes_round(texts, tmp_path, capsys):
    tasks, out = tmp_path / "tasks.json", tmp_path / "examples.jsonl"
    shown = said(capsys, "annotate", texts, "--out", tasks, "--format", "labelstudio", "--order", "given")
    assert shown.startswith("<View>") and '<Label value="finish"/>' in shown
    export = json.loads(tasks.read_text("utf-8"))
    for task in export:
        task["annotations"] = [{"completed_by": 7, "result": task["predictions"][0]["result"]}]
    export[2]["annotations"].append({"completed_by": 8, "result": []})
    (tmp_path / "export.json").write_text(json.dumps(export), encoding="utf-8")
    assert "annotator" in said(capsys, "annotated", tmp_path / "export.json", "--out", out, status=2)
    assert "3 of 3" in said(capsys, "annotated", tmp_path / "export.json", "--annotator", "7", "--out", out)
    english, nothing, chinese = read_examples(out)
    assert (english.slots, nothing.slots) == (((2, 7, "finish"), (8, 16, "category")), ())
    assert chinese.slots == ((2, 4, "finish"), (4, 6, "category"))
    pair = [tmp_path / "export.json"] * 2
    report = json.loads(said(capsys, "agreement", *pair, "--annotators", "7,8", "--json"))
    assert (report["texts"], report["only_first"]) == (1, 2)
    assert next(row for row in report["rows"] if row["what"] == "spans")["f1"] == 0.0
    assert "Choose another" in said(
        capsys, "annotate", texts, "--out", tmp_path / "export.json", "--format", "labelstudio", status=2
    )


def test_checked_work_of_some_size_is_split_for_training(tmp_path, capsys):
    rows = [{"text": f"matte no. {n}", "spans": [[0, 5, "finish"]], "checked": n % 2 == 0} for n in range(80)]
    (tmp_path / "work.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    shown = said(capsys, "annotated", tmp_path / "work.jsonl", "--out", tmp_path / "examples.jsonl")
    assert "--split-by text" in shown
    parts = load_parts(tmp_path / "examples.jsonl", by="text")
    assert len(parts.train) + len(parts.valid) + len(parts.test) == 40


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--out", "{}/x.csv"], "ends in .jsonl"),
        (["--out", "{}/x.jsonl", "--format", "labelstudio"], "ends in .json"),
        (["--out", "{}/x.jsonl", "--format", "xml"], "Unknown format"),
        (["--out", "{}/x.jsonl", "--order", "best"], "Unknown order"),
        (["--out", "{}/x.jsonl", "--no-knowledge"], "something that proposes"),
        (["--out", "{}/x.jsonl", "--limit", "0"], "--limit"),
        (["--out", "{}/x.jsonl", "--run", "{}/none"], "run folder"),
        (["--out", "{}/none/x.jsonl"], "No such file"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_nothing(texts, tmp_path, capsys, flags, message):
    error = said(capsys, "annotate", texts, *(flag.format(tmp_path) for flag in flags), status=2)
    assert message in error and error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["texts.txt"]


def test_agreement_without_anything_in_common_says_so(tmp_path, capsys):
    for name, text in (("a", "one"), ("b", "two")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"text": text, "spans": [], "checked": True}))
    assert "0 texts checked by both" in said(capsys, "agreement", tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert "two annotators" in said(
        capsys, "agreement", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--annotators", "x", status=2
    )


@pytest.mark.parametrize("task", ["entities", "aspects"])
def test_training_reads_other_peoples_spans(task, tmp_path, capsys, monkeypatch):
    from makeup_ai.training.models import bert, encoders

    monkeypatch.setitem(encoders.PRESETS, "tiny", ("bert", bert.BertConfig(0, 1, 8, 1, 16, max_length=8)))
    if task == "entities":
        (tmp_path / "x.bio").write_text(
            "\n".join(f"蓝\tB-brand\n{chr(0x4E00 + n)}\tI-brand\n霜\tB-kind\n" for n in range(40)), encoding="utf-8"
        )
        data = ["--data", str(tmp_path / "x.bio")]
    else:
        rows = [f"{n},气味{'好' if n % 2 else '差'}{chr(0x4E00 + n)}" for n in range(40)]
        made = [f"{n},气味,0,2,{'好' if n % 2 else '差'},2,3,气味,{n % 2}" for n in range(40)]
        (tmp_path / "x.csv").write_text("\n".join(["id,text", *rows]), encoding="utf-8")
        header = "id,aspect,aspect_start,aspect_end,opinion,opinion_start,opinion_end,category,polarity"
        (tmp_path / "y.csv").write_text("\n".join([header, *made]), encoding="utf-8")
        data = ["--data", str(tmp_path / "x.csv"), "--labels", str(tmp_path / "y.csv")]
    run = ["--preset", "tiny", "--split-by", "text", "--epochs", "1", "--vocabulary-size", "200", "--json"]
    assert main(["train", "--task", task, *data, "--out", str(tmp_path / "run"), *run]) == 0
    trained = json.loads(capsys.readouterr().out)
    assert (
        main(["evaluate", str(tmp_path / "run"), *data, "--split", str(tmp_path / "run" / "split.json"), "--json"]) == 0
    )
    assert json.loads(capsys.readouterr().out)["metrics"]["slots"] == trained["test"]["slots"]
