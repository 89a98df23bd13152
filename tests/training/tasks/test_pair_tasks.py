import json
from dataclasses import replace
from pathlib import Path

import pytest

keras = pytest.importorskip("keras")

from makeup_ai.training.data.examples import Example  # noqa: E402
from makeup_ai.training.data.negatives import mine_negatives  # noqa: E402
from makeup_ai.training.evaluation.neighbours import by_vectors  # noqa: E402
from makeup_ai.training.evaluation.target import open_target  # noqa: E402
from makeup_ai.training.job import measure_run, train_run  # noqa: E402
from makeup_ai.training.options import TrainOptions  # noqa: E402
from makeup_ai.training.run import RunLayout  # noqa: E402
from makeup_ai.training.tasks.registry import TASKS, as_read  # noqa: E402

KINDS = ("lipstick", "serum", "toner", "primer")
QUERIES = [
    Example(f"{ask} {kind} {n}", product=f"a {kind}", group=f"template {n}", intent="recommend", slots=())
    for n, ask in enumerate(("find me a", "i want a", "which", "a good"))
    for kind in KINDS
]


def fit(folder: Path, task: str, examples: list[Example], **more) -> dict:
    options = TrainOptions(**{"epochs": 25, "batch_size": 16, "learning_rate": 0.03, "patience": 25, **more})
    return train_run(
        folder, task, "tiny_bert", examples, examples, options, vocabulary_size=150, progress=lambda line: None
    )


def test_products_that_answer_are_pairs_that_were_bought() -> None:
    pairs = as_read("match", [*QUERIES, Example("hello")])
    bought = [pair for pair in pairs if pair.bought == "yes"]
    assert [(p.text, p.second, p.group) for p in bought] == [(e.text, e.product, e.group) for e in QUERIES]
    assert all(p.intent is p.slots is p.product is None for p in pairs)
    assert len(pairs) == 4 * len(QUERIES)  # of four products, the three others
    assert {p.second for p in pairs if p.text == QUERIES[0].text} == {f"a {kind}" for kind in KINDS}


def test_who_says_what_was_not_bought_gets_nothing_drawn() -> None:
    pairs = [
        Example("q", second=product, bought=bought) for product, bought in (("A", "yes"), ("B", "no"), ("A", "yes"))
    ]
    assert as_read("match", pairs) == pairs[:2]


def test_a_bought_pair_is_a_query_and_its_product() -> None:
    rows = [Example("q", second="A", bought="yes"), Example("q", second="B", bought="no"), Example("r", product="C")]
    assert [(e.text, e.product, e.second) for e in as_read("embed", rows)] == [("q", "A", None), ("r", "C", None)]
    uneven = [replace(rows[2], negatives=("A", "B")), replace(rows[2], text="s")]
    assert [e.negatives for e in as_read("embed", uneven)] == [("A", "B"), ("", "")]


@pytest.mark.parametrize("task", sorted(TASKS))
def test_what_was_read_reads_the_same_again(task: str) -> None:
    passages = [Example("q", second=text, relevant=relevant) for text, relevant in (("A", "yes"), ("B", "no"))]
    rows = [*QUERIES, *passages, Example("hello", negatives=("a",))]
    once = as_read(task, rows)
    assert as_read(task, once) == once
    if task not in ("match", "answers", "embed"):
        assert [e.text for e in once] == [e.text for e in rows]
        assert all(e.second is e.negatives is None for e in once)


def test_data_without_pairs_is_refused() -> None:
    for task, said in (("match", "two products"), ("answers", "of yes and of no"), ("embed", "a `product`")):
        with pytest.raises(ValueError, match=said):
            as_read(task, [Example("hello", intent="greeting")])
    with pytest.raises(ValueError, match="Received: 1 that were bought"):
        as_read("match", [Example("q", product="A")])
    with pytest.raises(ValueError, match="Received: 0 that were bought"):
        as_read("match", [Example("q", second="A", bought="no")])


def test_match_learns_whether_two_texts_speak_of_the_same_thing(presets, tmp_path: Path) -> None:
    found = fit(tmp_path, "match", QUERIES)["bought"]
    assert found["auc"] > 0.95 and found["p_at_1"] > 0.9 and found["queries"] == len(QUERIES)
    assert {"accuracy", "macro_f1", "mrr", "ndcg_at_10"} <= set(found)
    assert measure_run(tmp_path, QUERIES)["bought"] == found
    kept = json.loads(RunLayout(tmp_path).texts.read_text())
    assert kept[0] == [QUERIES[0].text, QUERIES[0].product] and len(kept) == 4 * len(QUERIES)


def test_answers_learns_from_pairs_of_questions_and_passages(presets, tmp_path: Path) -> None:
    rows = [
        Example(e.text, second=f"about a {kind}", relevant="yes" if e.product == f"a {kind}" else "no", group=e.group)
        for e in QUERIES
        for kind in KINDS
    ]
    assert fit(tmp_path, "answers", rows)["relevant"]["p_at_1"] > 0.9


def test_the_embedding_learns_from_mined_negatives_and_mines_the_next(presets, tmp_path: Path) -> None:
    mined = mine_negatives(as_read("embed", QUERIES), 2)
    found = fit(tmp_path / "words", "embed", mined, epochs=12, patience=12)["embedding"]
    assert found["mrr"] > 0.9 and found["products"] == len(KINDS)
    target = open_target(tmp_path / "words")
    again = mine_negatives(as_read("embed", QUERIES), 1, by_vectors(target))
    assert all(e.negatives and e.product not in e.negatives for e in again)
    with pytest.raises(ValueError, match="'match'"):
        by_vectors(replace(target, task=TASKS["match"]([])))
