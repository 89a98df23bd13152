"""`makeup-ai pretrain`: from texts to an encoder's folder, measured, and back with an error where it cannot be."""

import json

import pytest

pytest.importorskip("keras")

from makeup_ai.cli import main


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli-pretrain")
    texts = [f"This cream number {n} is rich. I like rich cream a lot, all {n * 3} of them." for n in range(60)]
    texts += [f"这款面霜很滋润{n}，我喜欢。下次还会买滋润的面霜。" for n in range(60)]
    (folder / "texts.txt").write_text("\n\n".join(texts), encoding="utf-8")
    given = ["--licence", "CC0", "--keep-duplicates", "--segment", "characters"]
    assert main(["data", "corpus", str(folder / "texts.txt"), "--out", str(folder / "corpus"), *given]) == 0
    return folder / "corpus"


def test_a_corpus_becomes_an_encoder_that_is_measured(corpus, tmp_path, capsys) -> None:
    out, sizes = str(tmp_path / "gen"), ["--vocabulary-size", "200", "--max-length", "32", "--held-out", "0.2"]
    command = ["pretrain", "--corpus", str(corpus), "--out", out, "--preset", "lstm_base", "--objective", "clm", *sizes]
    assert main([*command, "--epochs", "1", "--graph", "0.1"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("held out next_word: log_likelihood -")
    assert said[-1] == f"{out}  next: makeup-ai train --preset {out} --task ... --data ... --out ..."
    assert main(["pretrain", "--measure", out, "--corpus", str(corpus), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["next_word"]["perplexity"] > 1
    assert main(["pretrain", "--measure", out, "--prompt", "This cream"]) == 0
    assert capsys.readouterr().out.startswith("this cream")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--corpus", "nowhere", "--out", "x"], "Expected the card of a corpus"),
        (["--out", "x"], "no --corpus"),
        (["--corpus", "x"], "one of the arguments --out --measure is required"),
        (["--out", "x", "--prompt", "hello"], "Expected --measure FOLDER beside --prompt"),
        (["--measure", "nowhere", "--prompt", "hello"], "makeup-ai pretrain"),
    ],
)
def test_wrong_use_is_one_line(given, said, capsys) -> None:
    try:
        status = main(["pretrain", *given])
    except SystemExit as end:
        status = end.code
    assert status == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
