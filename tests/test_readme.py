"""What the README shows is there: its Python runs, and its commands are commands."""

from __future__ import annotations

import argparse
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from makeup_ai.cli import COMMANDS

ROOT = Path(__file__).parents[1]
READMES = [path for path in (ROOT / "README.md", ROOT / "README.zh.md") if path.is_file()]
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.M | re.S)


def blocks(language: str) -> list[tuple[str, str, str]]:
    """Every fenced block of a language: the file's name, what stands behind the language, and the block."""
    return [
        (path.name, note.strip(), body)
        for path in READMES
        for found, note, body in FENCE.findall(path.read_text("utf-8"))
        if found == language
    ]


def commands() -> list[tuple[str, list[str]]]:
    """Every command line of a console block, in words."""
    lines = []
    for name, _, body in blocks("console"):
        for line in body.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$").strip(), comments=True) if line.startswith("$") else []
            if words:
                lines.append((name, words))
    return lines


def parser_of(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=command, exit_on_error=False)
    import_module(f"makeup_ai.cli.{command}").arguments(parser)
    return parser


COMMAND_LINES = commands()


def test_there_is_a_readme_in_both_languages():
    if not READMES:
        pytest.skip("there is no README yet")
    assert [path.name for path in READMES] == ["README.md", "README.zh.md"]
    assert COMMAND_LINES


@pytest.mark.parametrize(("file", "words"), COMMAND_LINES, ids=[f"{f}: {' '.join(w)[:60]}" for f, w in COMMAND_LINES])
def test_a_command_line_is_understood(file, words):
    program = Path(words[0]).name
    if program == "make":
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
        assert {word for word in words[1:] if "=" not in word and not word.startswith("-")} <= targets
    if program != "makeup-ai":
        return
    if words[1] in {"--help", "--version"}:
        return
    assert words[1] in COMMANDS
    try:
        parser_of(words[1]).parse_args(words[2:])
    except (argparse.ArgumentError, SystemExit) as error:
        pytest.fail(f"{file}: {' '.join(words)}: {error}")


PYTHON = blocks("python")


@pytest.mark.parametrize("body", [b for _, _, b in PYTHON], ids=[f"{f}-{i}" for i, (f, _, _) in enumerate(PYTHON)])
def test_a_block_of_python_runs(body, tiny_bundle, tmp_path, monkeypatch, capsys):
    place = tmp_path / "build" / "demo" / "bundle"
    place.parent.mkdir(parents=True)
    place.symlink_to(tiny_bundle, target_is_directory=True)  # where the README's demo leaves a bundle
    monkeypatch.chdir(tmp_path)
    exec(compile(body, "README", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out.strip()


def test_a_readme_links_to_what_is_there():
    missing = [
        f"{path.name}: {target}"
        for path in READMES
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8"))
        if "://" not in target and not (ROOT / target).exists()
    ]
    assert missing == []
