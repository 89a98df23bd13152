import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from makeup_ai.runtime.signature import Bucket
from makeup_ai.schema import Slot
from makeup_ai.text.language import LanguageDetector
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.text.understander import Understander, add_mentions, merge_slots
from makeup_ai.training.data.vocabulary import train_tokenizer

LABELS = {"intent": ["greeting", "recommend"], "slots": ["O", "B-skin_type", "I-skin_type", "B-brand", "I-brand"]}
SKIN, INSIDE, BRAND = (LABELS["slots"].index(label) for label in ("B-skin_type", "I-skin_type", "B-brand"))


def slot(name: str, start: int, end: int, value: str | None, confidence: float = 0.9) -> Slot:
    return Slot(name, "x" * (end - start), value, start, end, confidence)


class StubSession:
    """Answers `recommend`, and the slot labels it was told, by place; remembers what it was asked."""

    def __init__(self, lengths: tuple[int, ...], labels: dict[int, int], outputs: tuple[str, ...] = ()):
        self.lengths, self.labels, self.outputs = lengths, labels, outputs
        self.hints: dict[int, tuple[int, float]] = {}
        self.asked: list[tuple[str | None, dict[str, np.ndarray]]] = []

    def bucket(self, length: int) -> Bucket:
        chosen = next(n for n in self.lengths if length <= n)
        return Bucket(f"tokens_{chosen}", chosen)

    def run(self, inputs: dict[str, np.ndarray], signature: str | None) -> dict[str, np.ndarray]:
        self.asked.append((signature, inputs))
        length = inputs["token_ids"].shape[1]
        slots = np.full((1, length, len(LABELS["slots"])), -9.0, np.float32)
        slots[0, :, 0] = 0
        for place, (label, logit) in self.hints.items():
            slots[0, place, label] = logit
        for place, label in self.labels.items():
            slots[0, place, label] = 9
        slots[0, inputs["padding_mask"][0] == 0, SKIN] = 99  # nobody may look at padding
        found = {"intent": np.log([[0.25, 0.75]]), "slots": slots}
        extra = {"sentiment": np.log([[0.2, 0.8]]), "embedding": np.array([[0.6, 0.8]])}
        return {**found, **{name: extra[name] for name in self.outputs}}


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    file = resources.files("makeup_ai.training.data") / "builtin/beauty/domain.json"
    return Lexicon(json.loads(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def detect() -> LanguageDetector:
    return LanguageDetector(
        json.loads((resources.files("makeup_ai.text") / "tables/languages.json").read_text("utf-8"))
    )


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("understander") / "tokenizer.json"
    return train_tokenizer(["i have very oily skin and no fragrance please"] * 9, path, 100)


@pytest.fixture
def reader(tokenizer: Tokenizer, lexicon: Lexicon, detect: LanguageDetector):
    def build(session: StubSession, max_length: int = 16) -> Understander:
        return Understander(session, tokenizer, LABELS, lexicon=lexicon, detect=detect, max_length=max_length)

    return build


def test_reads_intent_slots_and_language_from_one_pass(reader) -> None:
    session = StubSession((8, 16), {4: SKIN, 5: INSIDE})
    found = reader(session).understand("I have very OILY skin")  # [CLS] i have very oily skin [SEP]
    assert found.language == "en"
    assert (found.intent.label, found.intent.confidence) == ("recommend", pytest.approx(0.75, abs=1e-6))
    (found_slot,) = found.slots
    assert (found_slot.slot, found_slot.text, found_slot.value) == ("skin_type", "OILY skin", "oily")
    assert (found_slot.start, found_slot.end) == (12, 21)
    assert found_slot.confidence > 0.99
    assert found.sentiment is None and found.embedding == () and not found.truncated
    ((signature, inputs),) = session.asked
    assert signature == "tokens_8"
    assert inputs["padding_mask"].tolist() == [[1, 1, 1, 1, 1, 1, 1, 0]]


def test_further_outputs_are_passed_on(reader) -> None:
    found = reader(StubSession((16,), {}, ("sentiment", "embedding"))).understand("oily")
    assert found.sentiment == pytest.approx(0.8)
    assert found.embedding == pytest.approx((0.6, 0.8))


def test_patterns_see_what_the_model_does_not(reader) -> None:
    session = StubSession((8, 16), {})
    found = reader(session, max_length=8).understand("i have skin " * 9 + "and no fragrance please")
    assert found.truncated
    assert session.asked[0][0] == "tokens_8"
    assert [(s.slot, s.value) for s in found.slots] == [("avoid", "fragrance")]
    assert found.slots[0].confidence == 1


def test_unknown_words_fill_an_open_slot_and_no_other(reader) -> None:
    assert reader(StubSession((8,), {1: SKIN})).understand("zorblax").slots == ()
    (found,) = reader(StubSession((8,), {1: BRAND})).understand("zorblax").slots
    assert (found.slot, found.text, found.value) == ("brand", "zorblax", None)


def test_a_known_word_that_the_model_all_but_tagged_is_taken(reader, lexicon: Lexicon) -> None:
    session = StubSession((8,), {})
    assert reader(session).understand("oily").slots == ()
    session.hints = {1: (SKIN, 0.0)}  # as probable as "O"
    (found,) = reader(session).understand("oily").slots
    assert (found.slot, found.value) == ("skin_type", "oily")
    assert lexicon.min_mention < found.confidence == pytest.approx(0.5, abs=1e-3)


def test_an_empty_text_is_understood(reader) -> None:
    for text in ("", " \n", "\u200b"):
        assert reader(StubSession((8,), {})).understand(text).slots == ()


def test_labels_are_required(tokenizer: Tokenizer, lexicon: Lexicon, detect: LanguageDetector) -> None:
    with pytest.raises(ValueError, match="slots"):
        Understander(StubSession((8,), {}), tokenizer, {"intent": []}, lexicon=lexicon, detect=detect, max_length=8)


def test_mentions_fill_gaps_and_widen_pieces_but_not_what_protects() -> None:
    def protects(name: str) -> bool:
        return name == "avoid"

    tagged = [slot("color", 5, 9, "red")]
    apart, wider, inside = slot("color", 0, 4, "nude"), slot("color", 5, 14, "berry"), slot("finish", 6, 8, "matte")
    assert add_mentions(tagged, [apart], protects) == [*tagged, apart]
    assert add_mentions(tagged, [wider], protects) == [wider]
    assert add_mentions(tagged, [inside], protects) == tagged
    guarded = [slot("avoid", 5, 9, "nut")]
    assert add_mentions(guarded, [wider], protects) == guarded
    sure, unsure = slot("color", 0, 4, "gold", 0.6), slot("finish", 0, 4, "shimmer", 0.4)
    assert add_mentions([], [unsure, sure], protects) == [sure]


def test_merging_keeps_both_where_they_are_apart_in_the_order_of_the_text() -> None:
    tagged, pattern = slot("category", 20, 30, "serum"), slot("avoid", 0, 9, "fragrance", 1.0)
    assert merge_slots([tagged], [pattern]) == (pattern, tagged)
    touching = slot("category", 9, 12, "serum")
    assert merge_slots([touching], [pattern]) == (pattern, touching)


def test_merging_replaces_what_a_pattern_overlaps() -> None:
    pattern = slot("avoid", 3, 9, "retinol", 1.0)
    assert merge_slots([slot("ingredient", 3, 9, "retinol"), slot("avoid", 0, 9, "retinol")], [pattern]) == (pattern,)
    assert merge_slots([slot("avoid", 0, 9, None)], [pattern]) == (pattern,)


def test_merging_loses_nothing_that_a_person_wants_to_avoid() -> None:
    pattern, second = slot("avoid", 0, 20, "nut", 1.0), slot("avoid", 10, 20, "paraben")
    assert merge_slots([second], [pattern]) == (pattern, second)
    unknown = slot("avoid", 0, 20, None, 1.0)
    assert merge_slots([second], [unknown]) == (unknown, second)
    both = [slot("avoid", 0, 3, "nut", 1.0), slot("avoid", 4, 9, "paraben", 1.0)]
    assert merge_slots([slot("avoid", 0, 9, "paraben")], both) == tuple(both)


def test_merging_nothing_with_nothing() -> None:
    assert merge_slots([], []) == ()
    only = slot("color", 0, 3, "red")
    assert merge_slots([only], []) == (only,)
    assert merge_slots([], [only]) == (only,)


def test_a_sun_protection_factor_is_no_budget():
    from makeup_ai.training.data.domain import load_domain

    text = "spf 50 sunscreen"
    read = merge_slots([Slot("budget", "50", "50", 4, 6, 0.9)], load_domain().lexicon.find_patterns(text))
    assert [(slot.slot, slot.value) for slot in read] == [("concern", "sun_protection")]
