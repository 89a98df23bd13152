"""The command line: statuses, one-line failures, and help that needs nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from makeup_ai.cli import COMMANDS, main

WITHOUT_TRAIN = """
import importlib.abc, sys
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"keras", "keras_hub", "tensorflow", "tf2onnx", "onnx", "sklearn", "skimage",
                                      "matplotlib", "pyarrow", "tensorboardX"}:
            raise ImportError(f"{name} is of the pip extra `train`")
sys.meta_path.insert(0, Refuse())
from makeup_ai.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""A machine on which only the device wing is installed."""


def told(capsys, *arguments) -> tuple[int, str, str]:
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as ended:
        status = int(ended.code or 0)
    said = capsys.readouterr()
    return status, said.out, said.err


def refused(capsys, *arguments, status: int = 2) -> str:
    """Run a command that must fail with one line on stderr, and return that line."""
    received, out, err = told(capsys, *arguments)
    assert received == status, (out, err)
    assert err.startswith("makeup-ai: ") and err.count("\n") == 1 and "Traceback" not in err, err
    return err


@pytest.fixture
def reviews(tmp_path) -> Path:
    path = tmp_path / "reviews.csv"
    rows = [f"{words} {i},{stars},P{i % 9}" for i in range(40) for words, stars in (("lovely", 5), ("awful", 1))]
    path.write_text("\n".join(["review_text,rating,product_id", *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=lambda c: " ".join(c) or "none")
def test_every_command_explains_itself(capsys, command):
    status, out, err = told(capsys, *command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith("usage: makeup-ai")
    if not command:
        assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["--version"],
        ["consult", "--help"],
        ["bundle", "--help"],
        ["bundle", "inspect", "--help"],
        ["bundle", "selftest", "--help"],
        ["models", "--help"],
    ],
    ids=" ".join,
)
def test_device_commands_explain_themselves_without_the_train_extra(command):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TRAIN, *command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(("usage: makeup-ai", "makeup-ai "))


def test_device_commands_work_without_the_train_extra(tiny_bundle):
    for command in (["consult", "--text", "a serum", str(tiny_bundle)], ["bundle", "selftest", str(tiny_bundle)]):
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_TRAIN, *command], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["consult"],
        ["consult", "BUNDLE"],
        ["bundle"],
        ["bundle", "nonsense"],
        ["models", "nonsense"],
        ["train", "--task", "intent"],
        ["bench", "DIR", "--texts", "many"],
        ["data", "check"],
        ["consult", "BUNDLE", "--text", "x", "--nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_told_in_one_line(capsys, arguments):
    assert "--help" in refused(capsys, *arguments)


def test_an_unknown_choice_lists_the_choices(capsys, tiny, reviews, tmp_path):
    wrong = {
        "recipe": ("export", tiny.run, "--out", tmp_path / "o", "--recipe", "int4"),
        "format": ("export", tiny.run, "--out", tmp_path / "o", "--format", "coreml"),
        "task": ("train", "--task", "poetry", "--data", reviews, "--out", tmp_path / "run"),
        "layout": ("data", "check", reviews, "--layout", "songs"),
        "part": ("evaluate", tiny.run, "--data", reviews, "--part", "rest"),
    }
    received = {"recipe": "int4", "format": "coreml", "task": "poetry", "layout": "songs", "part": "rest"}
    for name, arguments in wrong.items():
        err = refused(capsys, *arguments)
        assert f"{name}={received[name]!r}" in err and "Expected" in err
    assert "dynamic_int8" in refused(capsys, *wrong["recipe"])
    assert "understanding" in refused(capsys, *wrong["task"])


def test_an_unknown_preset_lists_ours(capsys, reviews, tmp_path):
    arguments = ("--task", "sentiment", "--data", reviews, "--preset", "./no_such_preset", "--out", tmp_path / "run")
    err = told(capsys, "train", *arguments)[2]
    assert "bert_tiny" in err.splitlines()[-1] and "Unknown preset" in err.splitlines()[-1]


def test_what_is_not_there_is_named(capsys, tiny_bundle, tiny, tmp_path):
    nowhere = tmp_path / "nowhere"
    for status, *arguments in (
        (1, "consult", nowhere, "--text", "x"),
        (1, "bundle", "inspect", nowhere),
        (1, "bundle", "selftest", nowhere),
        (2, "evaluate", nowhere, "--data", nowhere),
        (2, "evaluate", tiny.run, "--data", nowhere),
        (2, "bench", nowhere),
        (2, "export", nowhere, "--out", tmp_path / "o"),
        (2, "data", "check", nowhere),
        (2, "train", "--task", "intent", "--data", nowhere, "--out", tmp_path / "r"),
        (2, "consult", tiny_bundle, "--text", "x", "--profile", nowhere),
        (2, "bundle", "make", "--run", nowhere, "--export", nowhere, "--data-statement", "x", "--out", tmp_path / "b"),
    ):
        assert "nowhere" in refused(capsys, *arguments, status=status), arguments
    assert "onnx" in refused(capsys, "bundle", "selftest", tiny_bundle, "--runtime", "torch")


def test_a_changed_bundle_is_status_one(capsys, tiny_bundle, tmp_path):
    import shutil

    folder = Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))
    (folder / "tables/labels.json").write_text("{}")
    for arguments in (
        ("bundle", "inspect", folder),
        ("bundle", "selftest", folder),
        ("consult", folder, "--text", "x"),
    ):
        assert "tables/labels.json" in refused(capsys, *arguments, status=1)


def test_a_bundle_is_inspected_and_tests_itself(capsys, tiny_bundle):
    status, out, err = told(capsys, "bundle", "inspect", tiny_bundle)
    assert (status, err) == (0, "") and "tokenizer.json" in out and "all as made" in out.splitlines()[-1]
    status, out, _ = told(capsys, "bundle", "inspect", tiny_bundle, "--json")
    assert status == 0 and json.loads(out)["schema_version"] == 1
    for runtime in ("tflite", "onnx"):
        status, out, _ = told(capsys, "bundle", "selftest", tiny_bundle, "--runtime", runtime, "--json")
        assert status == 0 and json.loads(out) == {"passed": True, "differences": []}


def test_a_bundle_is_made_of_a_run_and_its_files(capsys, tiny, tmp_path):
    made = tmp_path / "bundle"
    arguments = ("--run", tiny.run, "--export", tiny.export, "--data-statement", "Counted.", "--out", made)
    err = refused(capsys, "bundle", "make", *arguments, "--recipe", "int8", status=1)
    assert "float32" in err and "recipe='int8'" in err
    catalogue = tmp_path / "catalogue.json"
    for content in ("{", "[]", '{"products": ["x"]}', '{"products": [{"product_id": "a"}]}', '{"products": [5]}'):
        catalogue.write_text(content)
        err = refused(capsys, "bundle", "make", *arguments, "--recipe", "float32", "--catalogue", catalogue)
        assert "catalogue.json" in err
    assert not made.exists()
    status, out, _ = told(capsys, "bundle", "make", *arguments, "--recipe", "float32")
    assert status == 0 and out.splitlines()[-1].startswith(f"{made}  next: makeup-ai bundle selftest")
    assert told(capsys, "bundle", "selftest", made)[0] == 0


def test_data_is_checked_and_split(capsys, reviews, tmp_path):
    status, out, err = told(capsys, "data", "check", reviews)
    assert (status, err) == (0, "") and "80" in out
    status, out, _ = told(
        capsys, "data", "check", reviews, "--split-by", "product", "--out", tmp_path / "split.json", "--json"
    )
    assert status == 0 and isinstance(json.loads(out), dict)
    assert (tmp_path / "split.json").is_file()
    assert "Only reviews are split" in refused(
        capsys, "data", "check", reviews, "--layout", "products", "--split-by", "row"
    )


def test_data_is_generated(capsys, tmp_path, monkeypatch):
    from makeup_ai.training.data import generate

    few = {"train": 120, "valid": 20, "test": 20}
    monkeypatch.setattr(generate.Sizes.__init__, "__defaults__", None)
    sizes = generate.Sizes(few, few)
    monkeypatch.setattr(generate, "Sizes", lambda: sizes)
    status, out, err = told(capsys, "data", "generate", "--out", tmp_path / "data")
    assert (status, err) == (0, "") and "next: makeup-ai train" in out.splitlines()[-1]
    for name in ("train", "valid", "test", "handwritten"):
        lines = (tmp_path / "data" / f"{name}.jsonl").read_text("utf-8").splitlines()
        assert lines and all("text" in json.loads(line) for line in lines)


def test_an_exported_file_and_a_bundle_are_evaluated(capsys, tiny, tiny_bundle, tmp_path):
    from makeup_ai.training.data.examples import write_examples

    data = tmp_path / "test.jsonl"
    write_examples(data, tiny.examples)
    found = []
    for target in (next(tiny.export.glob("*.tflite")), next(tiny.export.glob("*.onnx")), tiny_bundle, tiny.run):
        status, out, err = told(capsys, "evaluate", target, "--data", data, "--json")
        assert (status, err) == (0, "")
        found.append(json.loads(out)["metrics"])
    assert all(0 <= value <= 1 for name, value in found[0]["intent"].items())
    assert {json.dumps(one["intent"]) for one in found} == {json.dumps(found[0]["intent"])}  # the same network
    status, out, _ = told(capsys, "evaluate", tiny_bundle, "--data", data)
    assert status == 0 and out.startswith("intent: ")


def test_the_tiny_export_is_timed(capsys, tiny, tmp_path):
    from makeup_ai.training.data.examples import write_examples

    data = tmp_path / "test.jsonl"
    write_examples(data, tiny.examples)
    arguments = ("--data", data, "--texts", "4", "--repeats", "2", "--json")
    status, out, _ = told(capsys, "bench", tiny.export, *arguments, "--out", tmp_path / "bench.json")
    result = json.loads(out)
    assert status == 0 and len(result["measurements"]) == 2
    assert json.loads((tmp_path / "bench.json").read_text("utf-8")) and (tmp_path / "bench.png").stat().st_size > 1000
    assert "--data FILE" in refused(capsys, "bench", tiny.export)


def test_a_folder_that_may_not_be_written_is_one_line(capsys, tiny, tmp_path, reviews):
    (tmp_path / "file").write_text("x")
    blocked = tmp_path / "file" / "out"
    for arguments in (
        ("data", "generate", "--out", blocked),
        ("export", tiny.run, "--out", blocked),
        ("train", "--task", "sentiment", "--data", reviews, "--out", blocked),
    ):
        status, _, err = told(capsys, *arguments)
        assert status == 2 and err.splitlines()[-1].startswith("makeup-ai: ") and "Traceback" not in err


def test_a_full_disk_is_one_line(capsys, tiny_bundle, tmp_path, monkeypatch):
    def fill(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fill)
    err = refused(capsys, "consult", tiny_bundle, "--text", "hello", "--html", tmp_path / "a.html")
    assert "No space left" in err
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_ends_it_quietly(tiny_bundle):
    command = f"{sys.executable} -m makeup_ai bundle inspect {tiny_bundle} --json | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


def test_a_terminal_without_chinese_is_printed_to(tiny_bundle):
    command = [sys.executable, "-m", "makeup_ai", "consult", str(tiny_bundle), "--text", "油皮用什么面霜"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0 and done.stdout.isascii()
    done = subprocess.run(
        [*command, "--json"], capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert done.returncode == 0 and json.loads(done.stdout)["language"] == "zh"


def test_the_question_may_come_from_standard_input(tiny_bundle):
    command = [sys.executable, "-m", "makeup_ai", "consult", str(tiny_bundle), "--text", "-", "--json"]
    done = subprocess.run(command, input="我想要面霜", capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0 and json.loads(done.stdout)["language"] == "zh"


def test_models_says_where_they_are_or_what_to_do(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("MAKEUP_AI_CACHE", str(tmp_path))
    assert "makeup-ai models pull" in refused(capsys, "models", "where")


def test_an_interruption_is_told(capsys, monkeypatch):
    from makeup_ai.cli import models

    def stop(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(models, "run", stop)
    assert "interrupted" in refused(capsys, "models", "where", status=130)


def test_a_traceback_can_be_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKEUP_AI_TRACEBACK", "1")
    with pytest.raises(ValueError, match="Expected a bundle"):
        main(["bundle", "inspect", str(tmp_path)])
