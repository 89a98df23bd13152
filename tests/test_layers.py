"""Imports point down, errors are raised and not asserted, and what is packaged is what is there."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

BASE = {"schema", "errors", "files", "__init__"}
ROOMS = {"runtime", "text", "vision", "knowledge", "profile"}
DEVICE = {
    # room of makeup_ai: the rooms it may import, at the top of a file or inside a function
    "schema": {"schema"},
    "errors": set(),
    "files": set(),
    "__init__": {"assistant"},
    "__main__": {"cli"},
    **{room: BASE | {"runtime", room} for room in ROOMS},  # of the five, the others may open a model file
    "recommend": BASE | ROOMS | {"recommend", "content"},
    "content": BASE | ROOMS | {"recommend", "content"},
    "search": BASE | ROOMS | {"recommend", "content", "search"},
    "bundle": BASE,
    "assistant": BASE | ROOMS | {"recommend", "content", "search", "bundle"},
    "dialogue": BASE | ROOMS | {"recommend", "content", "search", "assistant", "dialogue"},
    "selftest": BASE | {"assistant", "bundle", "vision"},
}
WORKSHOP = {
    # room of makeup_ai.training: the rooms of it that may be imported
    "data": {"data"},
    "models": {"models", "weights"},
    "weights": set(),
    "optimising": {"models"},
    "determinism": set(),
    "distributing": set(),
    "suitability": set(),
    "taste": {"data", "taste", "evaluation"},
    "evaluation": {"data", "distributing", "models", "tasks", "run", "evaluation"},
    "tasks": {"data", "models", "tasks", "evaluation"},  # evaluation.metrics: plain functions over arrays
    "adversarial": set(),
    "distilling": {"data", "distilling", "evaluation", "loop", "run", "tasks", "weights"},
    "explaining": {"data", "evaluation", "explaining", "run", "tasks"},
    "run": {"models", "tasks", "weights"},
    "pretraining": {
        *(
            "data",
            "determinism",
            "distributing",
            "evaluation",
            "finetune",
            "job",
            "loop",
            "models",
            "optimising",
            "options",
        ),
        *("pretraining", "run", "tasks", "weights"),
    },
    "logs": {"evaluation", "run"},
    "options": set(),
    "loop": {"evaluation", "logs", "options", "run", "weights"},
    "finetune": {"adversarial", "data", "distributing", "evaluation", "loop", "optimising", "options", "run", "tasks"},
    "updating": {"data", "models", "tasks", "evaluation", "run", "options", "loop", "job", "updating"},
    "tuning": {"data", "models", "tasks", "evaluation", "run", "options", "loop", "job", "tuning"},
    "job": {"data", "determinism", "evaluation", "finetune", "loop", "models", "options", "run", "tasks"},
}
CLI_NEEDS = {
    # command: what it may reach beyond the device wing
    "consult": set(),
    "ask": set(),
    "search": set(),
    "skin": set(),
    "profile": set(),
    "recommend": set(),
    "chat": set(),
    "models": set(),
    "knowledge": {"training"},  # inside `index`, `learn` and the like only
    "taste": {"training"},  # inside `learn` only
    "bundle": {"export"},  # inside `make` only, as the test below holds it to
    "data": {"training", "export", "cli"},  # of cli, its own further actions
    "annotate": {"training", "export"},
    "encoder": {"training"},
    "pretrain": {"training", "cli"},  # of cli, how `train` shows progress
    "augment": {"training"},
    "train": {"training", "cli"},  # of cli, the flags of `augment`
    "tune": {"training", "cli"},
    "update": {"training", "cli"},
    "evaluate": {"training"},
    "calibrate": {"training"},
    "explain": {"training"},
    "export": {"training", "export"},
    "bench": {"export"},
    "demo": {"export", "cli"},
    "__init__": set(),
}
WITHOUT_TRAINING = (
    "consult",
    "recommend",
    "chat",
    "profile",
    "ask",
    "search",
    "skin",
    "models",
    "knowledge",
    "taste",
    "bundle",
    "__init__",
)
TRAIN_ONLY = {
    "keras",
    "keras_hub",
    "tensorflow",
    "tensorflow_text",
    "tf2onnx",
    "onnx",
    "sklearn",
    "skimage",
    "matplotlib",
}


def sources(folder: str) -> list[Path]:
    return sorted(p for p in (ROOT / folder).rglob("*.py") if "__pycache__" not in p.parts)


def imports(path: Path, top_only: bool = False) -> set[str]:
    """Every module that a file imports, in dots; those under TYPE_CHECKING import nothing."""
    tree = ast.parse(path.read_text("utf-8"))
    nodes: list[ast.AST] = list(tree.body) if top_only else []
    if not top_only:
        stack: list[ast.AST] = [tree]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                continue
            nodes.append(node)
            stack.extend(ast.iter_child_nodes(node))
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add(str(node.module))
            if node.module in {"makeup_ai", "makeup_ai.training", "makeup_ai.vision"}:
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms_of(found: set[str], package: str) -> set[str]:
    depth = package.count(".") + 1
    inside = [name.split(".") for name in found if name.startswith(package + ".")]
    return {parts[depth] for parts in inside} - {"__version__"}


def room(path: Path, folder: str) -> str:
    first = path.relative_to(ROOT / folder).parts[0]
    return first.removesuffix(".py")


DEVICE_FILES = [p for p in sources("makeup_ai") if room(p, "makeup_ai") not in {"training", "cli"}]


@pytest.mark.parametrize("path", DEVICE_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_device_wing_imports_down(path):
    name = room(path, "makeup_ai")
    assert name in DEVICE, f"{name} is no room of the floor plan"
    found = imports(path)
    assert rooms_of(found, "makeup_ai") <= DEVICE[name]
    assert not {module.partition(".")[0] for module in found} & TRAIN_ONLY


def test_only_known_halves_of_recommend_and_content_know_each_other():
    """`recommend` words reasons with the phrases; all else of `content` stands above it."""
    used = {name for path in sources("makeup_ai/recommend") for name in imports(path) if ".content" in name}
    assert used <= {"makeup_ai.content.phrases"}


@pytest.mark.parametrize("path", sources("makeup_ai/training"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_workshop_imports_down(path):
    name, found = room(path, "makeup_ai/training"), imports(path)
    assert not rooms_of(found, "makeup_ai") & {"cli", "export", "assistant", "selftest"}
    if name != "__init__":
        assert name in WORKSHOP, f"{name} is no room of the workshop"
        assert rooms_of(found, "makeup_ai.training") <= WORKSHOP[name]


def test_tasks_know_of_evaluation_only_its_measures():
    used = {n for path in sources("makeup_ai/training/tasks") for n in imports(path) if ".evaluation" in n}
    assert used <= {"makeup_ai.training.evaluation", "makeup_ai.training.evaluation.metrics"}


@pytest.mark.parametrize("path", sources("export"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_bridge_knows_both_wings_but_not_the_command_line(path):
    assert "cli" not in rooms_of(imports(path), "makeup_ai")


@pytest.mark.parametrize("path", sources("makeup_ai/cli"), ids=lambda p: p.stem)
def test_a_command_reaches_only_what_it_needs(path):
    assert path.stem in CLI_NEEDS, f"{path.stem} is no command"
    beyond = rooms_of(imports(path), "makeup_ai") & {"training", "export", "cli"}
    assert beyond <= CLI_NEEDS[path.stem]
    if path.stem in WITHOUT_TRAINING:
        assert not rooms_of(imports(path, top_only=True), "makeup_ai") & {"training", "export"}


def test_the_walker_sees_what_it_should(tmp_path):
    path = tmp_path / "x.py"
    path.write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import keras\n"
        "def f():\n    from makeup_ai.training import loop\n    import tensorflow.keras as k\n"
    )
    assert imports(path) == {"typing", "makeup_ai.training", "makeup_ai.training.loop", "tensorflow.keras"}
    assert imports(path, top_only=True) == {"typing"}
    assert rooms_of(imports(path), "makeup_ai") == {"training"}


@pytest.mark.parametrize("path", [*sources("makeup_ai"), *sources("export")], ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_is_asserted_and_nothing_is_caught_bare(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        assert not isinstance(node, ast.Assert), f"{path}:{node.lineno}: raise an error that says what to do"
        assert not (isinstance(node, ast.ExceptHandler) and node.type is None), f"{path}:{node.lineno}"


def test_every_folder_of_code_is_packaged():
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"])
    there = {".".join(p.parent.relative_to(ROOT).parts) for p in sources("makeup_ai")} | {"makeup_ai.export"}
    assert listed == there
    for name in there - {"makeup_ai.export"}:
        assert (ROOT / name.replace(".", "/") / "__init__.py").is_file(), name


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_machine_or_a_registry():
    here = str(ROOT)
    forbidden = re.compile(
        r"(?<![\w.])/(?:home|Users|root|work)/\w+|[A-Z]:\\\\Users|--(?:extra-)?index.url|--find-links"
        r"|https?://[^\s\"')]*(?:/simple/|artifactory|nexus|codeartifact|jfrog|pypi\.org/simple|registry\.(?!npmjs\.org))"
    )
    found = []
    for path in tracked():
        if path == Path(__file__):
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in forbidden.finditer(text)]
        if here in text:
            found.append(f"{path.relative_to(ROOT)}: {here}")
    assert found == []
