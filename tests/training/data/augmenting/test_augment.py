from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeup_ai.training.data.augmenting.augment import LONGER, NAME, augment
from makeup_ai.training.data.augmenting.edits import edited
from makeup_ai.training.data.augmenting.kinds import KINDS, PLAIN, Dropout, MaskFill, Synonyms, Typos, kinds_of
from makeup_ai.training.data.augmenting.names import Names, Naming, beauty_names
from makeup_ai.training.data.examples import Example

CREAM = {"en": ("cream", "moisturiser"), "zh": ("面霜",)}
MATTE = {"en": ("matte", "shine-free"), "zh": ("哑光",)}
NAMING = Naming(Names((CREAM,)), {"finish": Names((MATTE,)), "category": Names((CREAM,))})
WORDS = st.sampled_from(
    [
        "a",
        "cream",
        "Moisturiser",
        "matte",
        "shine-free",
        "面霜",
        "哑光",
        "lovely",
        "never",
        "don't",
        "really",
        "！",
        "😀",
        "é",
    ]
)


def expected(text: str, positions) -> list[list[str]]:
    """Expect the same everywhere."""
    return [["lovely", "thing", "word"] for _ in positions]


@st.composite
def examples(draw) -> Example:
    """Draw a text of words, some of which are spans."""
    text, spans = "", []
    for word in draw(st.lists(WORDS, min_size=1, max_size=12)):
        gap = draw(st.sampled_from(["", " "])) if text else ""
        if draw(st.booleans()):
            slot = draw(st.sampled_from(["finish", "category", "brand"]))
            spans.append((len(text + gap), len(text + gap + word), slot))
        text += gap + word
    labels = {"intent": draw(st.sampled_from([None, "recommend"])), "aspects": ("scent#positive",)}
    return Example(text, slots=draw(st.sampled_from([tuple(spans), None])), language="en", **labels)


def same(word: str, other: str, slot: str) -> bool:
    """Tell whether two fillers of a slot are one word, or name one thing."""
    thing = {"finish": MATTE, "category": CREAM}.get(slot, {})
    names = [name for group in thing.values() for name in group]
    return word == other or (word.lower() in names and other in names)


@settings(max_examples=150, deadline=None)
@given(example=examples(), kind=st.sampled_from(sorted(KINDS)), seed=st.integers(0, 99))
def test_spans_keep_their_words_and_labels_stay(example: Example, kind: str, seed: int) -> None:
    kinds = kinds_of([kind], NAMING, expected)
    found = augment([example], 3, kinds, seed)
    assert found == augment([example], 3, kinds, seed)
    assert found[0].text == example.text and len(found) <= 4
    assert len({one.text for one in found}) == len(found)
    for copy in found[1:]:
        assert 0 < len(copy.text) <= LONGER * len(example.text) + NAME
        assert (copy.intent, copy.aspects, copy.language, copy.group) == (
            example.intent, example.aspects, "en", example.text,
        )  # fmt: skip
        assert (copy.slots is None) == (example.slots is None)
        for (start, end, slot), (s, e, name) in zip(copy.slots or (), example.slots or (), strict=True):
            assert slot == name and same(example.text[s:e], copy.text[start:end], slot)


@settings(max_examples=60, deadline=None)
@given(words=st.lists(WORDS, max_size=9), seed=st.integers(0, 99))
def test_what_turns_a_sentence_around_is_never_left_out(words: list[str], seed: int) -> None:
    plain = Example(" ".join([*words, "but never ever don't you fret"]))
    for kind in (Dropout(share=0.9), MaskFill(expected, share=0.9)):
        changed = kind(plain, Random(seed))
        assert changed is not None
        for word in ("never", "don't"):
            assert changed.text.count(word) == plain.text.count(word)


def test_names_within_and_outside_of_spans() -> None:
    example = Example("my matte cream is cream", slots=((3, 8, "finish"), (9, 14, "category")))
    found = {Synonyms(NAMING)(example, Random(seed)).text for seed in range(40)}
    assert "my shine-free moisturiser is cream" in found and "my shine-free cream is moisturiser" in found
    assert "my matte cream is moisturiser" not in found  # a half of three is two
    mixed = KINDS["languages"](NAMING, None)(Example("the cream"), Random(0))
    assert mixed is not None and mixed.text == "the 面霜"
    assert Synonyms(NAMING)(Example("creamy scream"), Random(0)) is None


def test_a_name_of_two_things_is_no_name() -> None:
    names = Names(({"en": ("oil", "sebum")}, {"en": ("oil", "face oil")}))
    assert names.find("oil") == []
    (site,) = names.find("sebum")
    assert names.others(site, "sebum", "en") == []


def test_slips_are_small() -> None:
    example = Example("wonderful")
    for seed in range(30):
        changed = Typos()(example, Random(seed))
        if changed is not None:  # two equal letters swapped are none
            assert abs(len(changed.text) - 9) <= 1 and changed.text[0] == "w"
    assert Typos()(Example("four up"), Random(0)) is None


def test_an_edit_that_crosses_a_span_is_refused() -> None:
    example = Example("a matte lipstick", slots=((2, 7, "finish"),))
    with pytest.raises(ValueError, match="within one span"):
        edited(example, [(0, 4, "x")])
    with pytest.raises(ValueError, match="without overlap"):
        edited(example, [(0, 2, "x"), (1, 2, "y")])


def test_the_built_in_names() -> None:
    naming = beauty_names()
    (site,) = naming.anywhere.find("with niacinamide")
    assert naming.anywhere.others(site, "with niacinamide", "zh") == ["烟酰胺"] or "烟酰胺" in site.names["zh"]
    example = Example("a matte lipstick", slots=((2, 7, "finish"),))
    assert any(site.start == 2 for _, site in naming.sites(example))
    assert len(augment([example] * 1, 5, kinds_of(PLAIN, naming))) > 2


def test_what_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match=r"among \['dropout'.*\['rhymes'\]"):
        kinds_of(["rhymes"], NAMING)
    with pytest.raises(ValueError, match="masked language model"):
        kinds_of(["fill"], NAMING)
    with pytest.raises(ValueError, match="times=-1"):
        augment([], -1, kinds_of(["typos"], NAMING))
    assert augment([], 2, kinds_of(["typos"], NAMING)) == []
