import argparse
from pathlib import Path

import pytest

pytest.importorskip("keras")

from makeup_ai.cli import train
from makeup_ai.errors import DataError
from makeup_ai.training.options import TrainOptions
from makeup_ai.training.tuning.space import Choice, Range, read_space, searchable


def space(tmp_path: Path, text: str, name: str = "space.toml") -> dict:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_space(path)


def test_each_way_to_declare_an_option_is_read_the_same_from_both_formats(tmp_path: Path) -> None:
    toml = space(
        tmp_path,
        'preset = ["lstm_base", "lstm_bi"]\nlearning_rate = { low = 1e-4, high = 1, scale = "log" }\n'
        "layer_decay = { low = 0.5, high = 1.0, step = 0.25 }\nbatch_size = { low = 8, high = 32, step = 8 }\n"
        "balance_classes = true\nnoise = 0\n",
    )
    assert toml == {
        "preset": Choice(("lstm_base", "lstm_bi")),
        "learning_rate": Range(1e-4, 1.0, True, None, False),
        "layer_decay": Range(0.5, 1.0, False, 0.25, False),
        "batch_size": Range(8, 32, False, 8, True),
        "balance_classes": Choice((True,)),
        "noise": Choice((0.0,)),
    }
    assert isinstance(toml["noise"].values[0], float)
    assert toml == space(
        tmp_path,
        '{"preset": ["lstm_base", "lstm_bi"], "learning_rate": {"low": 1e-4, "high": 1, "scale": "log"},'
        '"layer_decay": {"low": 0.5, "high": 1.0, "step": 0.25}, "batch_size": {"low": 8, "high": 32, "step": 8},'
        '"balance_classes": true, "noise": 0}',
        "space.json",
    )


def test_luck_and_saving_are_not_searched_and_all_else_is() -> None:
    assert set(searchable()) == {"preset", *TrainOptions.__dataclass_fields__} - {"seed", "checkpoint_seconds"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rate = [1, 2]", r"Expected one of \['accumulate'.*'rate'"),
        ("seed = [1, 2]", "Unknown option"),
        ("batch_size = []", r"one or more different values.*\(.*column 'batch_size'\)"),
        ("batch_size = [8, 8]", "different values"),
        ("batch_size = [8, 2.5]", "type int. Received: 2.5"),
        ("batch_size = [8, true]", "type int. Received: True"),
        ("batch_size = [8, 0]", "batch_size"),
        ("learning_rate = { low = 0.1, high = 0.1 }", "low < high"),
        ("learning_rate = { low = 0.0, high = 0.1, scale = 'log' }", "learning_rate"),
        ("noise = { low = 0.0, high = 0.1, scale = 'log' }", "log has low > 0"),
        ("noise = { low = 0.0, high = 1.5 }", r"noise in \[0, 1\)"),
        ("noise = { low = 0.0 }", "with low, high"),
        ("noise = { low = 0.0, high = 0.1, step = 0.2 }", "step above zero and within"),
        ("noise = { low = 0.0, high = 0.1, sampling = 'log' }", "with low, high"),
        ("preset = { low = 1, high = 2 }", "range of numbers"),
        ("noise = 0.1\npreset = 'lstm_bi'", "several values"),
        ("", "object of options"),
        ("noise = [", "TOML or JSON"),
    ],
)
def test_what_cannot_be_searched_is_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        space(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing\.toml"):
        read_space(tmp_path / "nothing.toml")


def test_every_option_that_is_searched_has_a_flag_to_repeat_it_with() -> None:
    parser = argparse.ArgumentParser()
    train.arguments(parser)
    flags = {flag for action in parser._actions for flag in action.option_strings}
    assert {f"--{name.replace('_', '-')}" for name in searchable()} <= flags
