import json
from pathlib import Path
from typing import Any

import pytest

from makeup_ai.errors import DataError
from makeup_ai.training.data.domain import Domain, builtin_file, load_domain
from makeup_ai.training.data.handwritten import read_handwritten


@pytest.fixture(scope="module")
def domain() -> Domain:
    return load_domain()


def test_holds_two_hundred_texts_a_language_of_every_intent(domain: Domain) -> None:
    rows = read_handwritten(str(builtin_file("handwritten.jsonl")), domain, check_values=False)
    for language in domain.languages:
        of = [row for row in rows if row.language == language]
        assert len(of) == len({row.text for row in of}) == 200
        assert {row.intent for row in of} == set(domain.intents)
        assert {slot for row in of for _, _, slot, _ in row.slots} >= {"category", "concern", "avoid", "budget"}


def test_values_are_of_the_domain(domain: Domain) -> None:
    for row in read_handwritten(str(builtin_file("handwritten.jsonl")), domain, check_values=False):
        for start, end, slot, value in row.slots:
            assert row.text[start:end].strip() == row.text[start:end] != ""
            if slot not in {"ingredient", "avoid", "brand", "budget"}:
                assert value in domain.values[slot], row
            if slot == "budget":
                assert domain.lexicon.budget(row.text[start:end], row.language) == float(str(value)), row


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"intent": "chat"}, "Received: 'chat'"),
        ({"language": "fr"}, "Received: 'fr'"),
        ({"slots": [["oily skin", "skin_type", "oily"], ["dry", "skin_type", "dry"]]}, "'dry' is not in"),
        ({"slots": [["oily skin", "skin", "oily"]]}, "Received: 'skin'"),
        ({"slots": [["oily skin", "skin_type", "wet"]]}, "no value 'wet'"),
    ],
)
def test_says_which_line_is_wrong(domain: Domain, tmp_path: Path, change: dict[str, Any], message: str) -> None:
    good = {
        "language": "en",
        "intent": "recommend",
        "text": "for oily skin",
        "slots": [["oily skin", "skin_type", "oily"]],
    }
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(good) + "\n", encoding="utf-8")
    assert read_handwritten(file, domain)[0].slots == ((4, 13, "skin_type", "oily"),)
    file.write_text(json.dumps(good) + "\n" + json.dumps({**good, **change}) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=f"{message}.*row 2"):
        read_handwritten(file, domain)
