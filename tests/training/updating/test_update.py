"""Updates of a tiny model: what is promoted, what is refused, and what a kill leaves behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras")

from makeup_ai.cli import main
from makeup_ai.errors import DataError
from makeup_ai.training.data.examples import read_examples, write_examples
from makeup_ai.training.evaluation.target import open_target
from makeup_ai.training.updating import registry as registering
from makeup_ai.training.updating import update as updating
from makeup_ai.training.updating.comparing import Gates
from makeup_ai.training.updating.mixing import MixOptions
from makeup_ai.training.updating.registry import open_registry
from makeup_ai.training.updating.update import UpdateOptions, update

OPTIONS = UpdateOptions(MixOptions(new_weight=2))
CHILD = """
import os, signal, sys
models, feedback = sys.argv[1:]
from makeup_ai.training.updating.mixing import MixOptions
from makeup_ai.training.updating.update import UpdateOptions, update
def progress(line):
    if line.startswith("epoch 3/"):
        os.kill(os.getpid(), signal.SIGKILL)
update(models, feedback, UpdateOptions(MixOptions(new_weight=2)), progress=progress)
"""


@pytest.fixture(scope="module")
def feedback(invented, tmp_path_factory) -> Path:
    """Return feedback with words that the model has never met."""
    _, new, rows = invented
    path = tmp_path_factory.mktemp("feedback") / "new.jsonl"
    write_examples(path, rows(new, 300, 7))
    return path


@pytest.fixture(scope="module")
def updated(first_models: Path, feedback: Path, tmp_path_factory) -> Path:
    """Return models after an unbroken update."""
    models = Path(shutil.copytree(first_models, tmp_path_factory.mktemp("updated") / "models"))
    update(models, feedback, OPTIONS, progress=len)
    return models


def run_update(models: Path, feedback: Path, options: UpdateOptions = OPTIONS):
    return update(models, feedback, options, progress=len)


def in_use(models: Path) -> str:
    return (models / "current").read_text()


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_feedback_that_teaches_something_new_is_promoted(updated: Path, feedback: Path, monkeypatch) -> None:
    registry = open_registry(updated)
    assert in_use(updated) == "0002\n" and [e.action for e in registry.history] == ["begun", "promoted"]
    monkeypatch.setattr(updating, "train_run", None, raising=False)
    again = run_update(updated, feedback)  # decided already: nothing is done twice
    assert again.promoted and len(open_registry(updated).history) == 2
    rows = {(row.part, row.of): row for row in again.comparison.rows}
    shadow = rows["shadow", "all"]
    assert shadow.after > shadow.before + 0.2 and shadow.low > 0
    assert rows["test", "all"].after > 0.95
    drift = {measure.name: measure for measure in again.drift.measures}
    assert again.drift.verdict == "strong"
    assert drift["new words"].means == (0.0, 0.25) and drift["right answers of sentiment"].verdict == "strong"
    assert drift["label of sentiment"].verdict == "none"
    assert "# Update of version 1\n\nPromoted." in (again.folder / "record.md").read_text()
    assert open_target(updated / "versions" / "0002").task.name == "sentiment"  # it is a run as any other


def test_nothing_held_out_is_ever_trained_on(updated: Path) -> None:
    registry = open_registry(updated)
    parts = {name: {e.text for e in registry.part(2, name)} for name in ("train", "valid", "shadow")}
    parts["test"] = {e.text for e in read_examples(registry.test)}
    assert len(set.union(*parts.values())) == sum(map(len, parts.values())) and min(map(len, parts.values())) > 20


def test_new_examples_weigh_more_only_while_they_are_new(updated: Path) -> None:
    registry = open_registry(updated)
    texts = [e.text for e in registry.part(2, "train")]
    assert len(set(texts)) == len(texts) > len(registry.part(1, "train"))
    assert texts[: len(registry.part(1, "train"))] == [e.text for e in registry.part(1, "train")]


def test_an_update_that_waited_never_takes_the_place_of_another_version(
    first_models: Path, updated: Path, feedback: Path, tmp_path: Path
) -> None:
    """Killed after its decision, overtaken by another update that was taken back, and then finished."""
    models = Path(shutil.copytree(updated, tmp_path / "models"))
    other = replace(OPTIONS, gates=Gates(margin=0.03))
    folder = next((models / "updates").iterdir())
    waiting = update_folder(models, feedback, other)
    shutil.copytree(folder, waiting)
    before = bytes_of(models / "versions" / "0002")
    open_registry(models).rollback()
    assert run_update(models, feedback, other).version == 3
    assert bytes_of(models / "versions" / "0002") == before and in_use(models) == "0003\n"
    with pytest.raises(DataError, match="above 3"):
        open_registry(models).install(2, folder / "run", {}, {})


def update_folder(models: Path, feedback: Path, options: UpdateOptions) -> Path:
    """Where an update of version 1 lies."""
    request = updating._digest({"feedback": updating.file_sha256(feedback), "options": asdict(options)})
    return models / "updates" / updating._digest({"request": request, "version": 1})[:16]


def test_flipped_labels_are_refused_and_the_version_in_use_stays(models: Path, invented, tmp_path: Path) -> None:
    known, _, rows = invented
    wrong = {"positive": "negative", "negative": "positive"}
    write_examples(tmp_path / "bad.jsonl", [replace(e, sentiment=wrong[e.sentiment]) for e in rows(known, 300, 9)])
    before = bytes_of(models / "versions")
    found = run_update(models, tmp_path / "bad.jsonl")
    assert not found.promoted and found.version == 1 and in_use(models) == "0001\n"
    assert any(reason.startswith("sentiment on the test may be worse") for reason in found.reasons)
    assert bytes_of(models / "versions") == before
    history = open_registry(models).history
    assert history[-1].action == "refused" and history[-1].reasons == found.reasons
    assert "Refused." in (found.folder / "record.md").read_text()
    drift = {measure.name: measure for measure in found.drift.measures}
    assert drift["right answers of sentiment"].verdict == "strong"
    assert drift["new words"].verdict == "none" == drift["length in pieces"].verdict


def test_rollback_puts_the_same_bytes_back_into_use(updated: Path, tmp_path: Path) -> None:
    models = Path(shutil.copytree(updated, tmp_path / "models"))
    before = bytes_of(models / "versions")
    assert open_registry(models).rollback().current == 1
    assert in_use(models) == "0001\n" and bytes_of(models / "versions") == before
    assert open_registry(models).rollback(2).current == 2  # and forth
    for wrong, said in ((2, "in use already"), (7, r"version of \[1, 2\]")):
        with pytest.raises(DataError, match=said):
            open_registry(models).rollback(wrong)
    (models / "versions" / "0001" / "weights.npz").write_bytes(b"other")
    with pytest.raises(DataError, match=r"recorded.*weights\.npz"):
        open_registry(models).rollback(1)
    assert in_use(models) == "0002\n"


def test_a_killed_update_leaves_a_valid_version_and_ends_as_an_unbroken_one(
    models: Path, feedback: Path, updated: Path
) -> None:
    command = [sys.executable, "-c", CHILD, str(models), str(feedback)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180, env=os.environ)
    assert done.returncode == -signal.SIGKILL, done.stderr[-2_000:]
    registry = open_registry(models)
    registry.verify(1)
    assert registry.current == 1 and in_use(models) == "0001\n"
    said: list[str] = []
    assert update(models, feedback, OPTIONS, progress=said.append).promoted
    assert any(line.startswith("resuming at epoch 3") for line in said)
    for name in ("weights.npz", "data/train.jsonl", "data/shadow.jsonl"):
        ours, theirs = (folder / "versions" / "0002" / name for folder in (models, updated))
        if name != "weights.npz":
            assert ours.read_bytes() == theirs.read_bytes()
            continue
        with np.load(ours) as a, np.load(theirs) as b:
            assert all(np.array_equal(a[key], b[key]) for key in a.files)


@pytest.mark.parametrize("crash_at", ["data", "version.json", "history.jsonl", "current"])
def test_a_crash_while_promoting_is_finished_by_the_same_command(
    first_models: Path, updated: Path, feedback: Path, tmp_path: Path, monkeypatch, crash_at: str
) -> None:
    models = Path(shutil.copytree(first_models, tmp_path / "models"))
    shutil.copytree(updated / "updates", models / "updates")  # all steps are taken but the last

    def crash(path, *given, **more):
        if crash_at in Path(path).parts or crash_at == Path(path).name:
            raise KeyboardInterrupt
        return real[0](path, *given, **more)

    name = {"data": "write_examples", "version.json": "write_json"}.get(crash_at, "write_whole")
    real = [getattr(registering, name)]
    with monkeypatch.context() as patched:
        patched.setattr(registering, name, crash)
        with pytest.raises(KeyboardInterrupt):
            run_update(models, feedback)
    assert in_use(models) == "0001\n"
    open_registry(models).verify(1)
    assert run_update(models, feedback).promoted
    registry = open_registry(models)
    assert in_use(models) == "0002\n" and [e.action for e in registry.history] == ["begun", "promoted"]
    registry.verify(2)


def test_too_little_feedback_is_refused_without_training(models: Path, invented, tmp_path: Path, monkeypatch) -> None:
    _, new, rows = invented
    monkeypatch.setattr(updating, "retrain", None)
    write_examples(tmp_path / "few.jsonl", rows(new, 12, 8))
    found = run_update(models, tmp_path / "few.jsonl")
    assert not found.promoted and found.comparison is None and "fewer than 20" in found.reasons[0]
    test = read_examples(models / "test.jsonl")
    write_examples(tmp_path / "leak.jsonl", [replace(e, text=f"{e.text.upper()}!!") for e in test])
    found = run_update(models, tmp_path / "leak.jsonl", UpdateOptions(gates=Gates(smallest_shadow=1)))
    assert found.reasons[0] == "no feedback is left to learn from"
    assert found.counts["text of the frozen test"] == len(test)


def test_a_changed_version_test_or_history_stops_an_update(models: Path, feedback: Path) -> None:
    for path in (models / "test.jsonl", models / "versions" / "0001" / "data" / "train.jsonl"):
        whole = path.read_bytes()
        path.write_bytes(whole + b" ")
        with pytest.raises(DataError, match=rf"recorded.*{path.name}"):
            run_update(models, feedback)
        path.write_bytes(whole)
    with pytest.raises(DataError, match="update begin"):
        run_update(models / "versions", feedback)


def test_a_changed_history_is_not_believed(updated: Path, feedback: Path, tmp_path: Path) -> None:
    models = Path(shutil.copytree(updated, tmp_path / "models"))
    whole = (models / "history.jsonl").read_text()
    for changed in (
        whole.replace('"begun"', '"promoted"', 1),
        whole.replace('"reasons": []', '"reasons": [],  "by": "me"', 1),
        "".join(whole.splitlines(keepends=True)[1:]),
        whole[:-20],
        "",
    ):
        (models / "history.jsonl").write_text(changed)
        with pytest.raises(DataError, match=r"history\.jsonl"):
            run_update(models, feedback)


def test_two_updates_at_once_are_one_too_many(models: Path, feedback: Path) -> None:
    pytest.importorskip("fcntl")
    with registering.alone(models), pytest.raises(DataError, match="Another process"):
        run_update(models, feedback)


def test_the_command_line_shows_and_refuses_with_a_status_of_its_own(
    updated: Path, feedback: Path, invented, tmp_path: Path, capsys
) -> None:
    models = str(shutil.copytree(updated, tmp_path / "models"))
    assert main(["update", "run", models, "--feedback", str(feedback), "--new-weight", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == 2
    _, new, rows = invented
    write_examples(tmp_path / "few.jsonl", rows(new, 12, 8))
    assert main(["update", "run", models, "--feedback", str(tmp_path / "few.jsonl")]) == 3
    assert "refused: " in capsys.readouterr().out
    assert main(["update", "rollback", models]) == 0
    assert capsys.readouterr().out.startswith(f"{models}/versions/0001  next: makeup-ai export")
    assert main(["update", "history", models]) == 0
    actions = [line.split("  ")[1].strip() for line in capsys.readouterr().out.splitlines()[:-1]]
    assert actions == ["begun", "promoted", "refused", "rolled back"]
    Path(models, "versions", "0002", "tokenizer.json").unlink()
    assert main(["update", "history", models]) == 1
    assert "version 2: Expected the file as it was recorded" in capsys.readouterr().err
