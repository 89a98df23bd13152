import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeup_ai.knowledge import Knowledge
from makeup_ai.knowledge.packlinking import PackLinker
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.tokenizer import MAX_CHARACTERS
from makeup_ai.training.data.annotation.merging import merge_into, still_open
from makeup_ai.training.data.annotation.proposing import SPANS, KnowledgeProposer, Together, ordered
from makeup_ai.training.data.annotation.records import Annotation, read_annotations, write_annotations
from makeup_ai.training.data.domain import load_domain
from makeup_ai.training.data.examples import Example


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeProposer:
    return KnowledgeProposer(load_domain().lexicon, PackLinker(Knowledge.load()))


def spans(annotation):
    text = annotation.example.text
    return [(text[start:end], label) for start, end, label in annotation.example.slots]


def test_the_domain_and_the_graph_propose_together(knowledge):
    english, chinese = knowledge.propose(
        [Example("A matte lipstick with niacinamide, under $30", group="P"), Example("哑光口红，含烟酰胺")]
    )
    assert spans(english) == [
        ("matte", "finish"), ("lipstick", "category"), ("niacinamide", "ingredient"), ("$30", "budget"),
    ]  # fmt: skip
    assert spans(chinese) == [("哑光", "finish"), ("口红", "category"), ("烟酰胺", "ingredient")]
    assert english.proposer == "knowledge" and english.example.group == "P" and not english.checked
    assert {label for _, label in spans(english)} <= set(knowledge.choices[SPANS])


def test_what_is_not_known_and_what_is_taken_back_is_told_apart(knowledge):
    nothing, negated = knowledge.propose([Example("zzz qqq"), Example("no lipstick, a blush")])
    assert (nothing.example.slots, nothing.confidence) == ((), 0.0)
    assert ("lipstick", "category") not in spans(negated) and ("blush", "category") in spans(negated)


def test_a_text_without_end_is_read_as_far_as_the_models_read(knowledge):
    (one,) = knowledge.propose([Example("matte " * 50_000)])
    assert one.example.slots[0] == (0, 5, "finish") and one.example.slots[-1][1] <= MAX_CHARACTERS


def test_a_word_that_may_mean_two_things_is_half_as_sure():
    slots = {name: {"role": "need"} for name in ("finish", "texture")}
    values = {"finish": {"soft": {"en": ["soft"]}}, "texture": {"soft": {"en": ["soft"]}, "rich": {"en": ["rich"]}}}
    proposer = KnowledgeProposer(
        Lexicon({"slots": slots, "values": values, "budget": {}}), PackLinker(Knowledge.load())
    )
    both, one = proposer.propose([Example("a soft one"), Example("a rich one")])
    assert (spans(both), both.confidence) == ([("soft", "finish")], 0.5)
    assert (spans(one), one.confidence) == ([("rich", "texture")], 1.0)


@given(st.text("matte 哑光 oily $30烟酰胺,not 不要㎎é", min_size=1, max_size=30).filter(str.strip))
def test_whatever_is_written_the_proposal_is_an_annotation(knowledge, text):
    (one,) = knowledge.propose([Example(text)])
    assert 0 <= one.confidence <= 1  # and the example has refused spans that overlap or lie outside


class Fixed:
    """Proposes the same spans for everything."""

    def __init__(self, name, confidence, *slots):
        self.name, self.confidence, self.slots = name, confidence, slots
        self.choices = {SPANS: tuple(slot for _, _, slot in slots)}

    def propose(self, examples):
        return [Annotation(Example(e.text, slots=self.slots), self.name, self.confidence) for e in examples]


def test_of_two_the_first_wins_and_gives_the_confidence():
    both = Together(Fixed("run:x", 0.25, (2, 5, "a")), Fixed("knowledge", 1.0, (0, 2, "b"), (4, 5, "b"), (5, 8, "c")))
    (one,) = both.propose([Example("x" * 9)])
    assert one.example.slots == ((0, 2, "b"), (2, 5, "a"), (5, 8, "c"))
    assert (one.proposer, one.confidence) == ("run:x+knowledge", 0.25)
    assert both.choices == {SPANS: ("a", "b", "c")}


def proposal(text, confidence=0.5, proposer="new", checked=False):
    return Annotation(Example(text, slots=(), language="en"), proposer, confidence, checked)


def test_the_least_sure_come_first():
    given = [proposal(text, sure) for text, sure in (("a", 0.9), ("b", 0.1), ("c", 0.9), ("d", 0.5))]
    assert "".join(one.example.text for one in ordered(given, "uncertain")) == "bdac"
    assert ordered(given, "given") == given
    with pytest.raises(ValueError, match="Unknown order"):
        ordered(given, "best")


def test_work_that_is_there_is_kept(tmp_path):
    path = tmp_path / "work.jsonl"
    old = [proposal("a", proposer="old", checked=True), proposal("b", proposer="old"), proposal("c", proposer="old")]
    write_annotations(path, old)
    texts = [Example(text) for text in "abd"]
    assert [e.text for e in still_open(path, texts)] == ["d"]
    assert [e.text for e in still_open(path, texts, renew=True)] == ["b", "d"]
    assert still_open(tmp_path / "none.jsonl", texts) == texts
    merged = merge_into(path, [proposal("d"), proposal("b"), proposal("a"), proposal("d"), proposal("e")], limit=1)
    assert (merged.checked, merged.kept, merged.renewed, merged.added) == (1, 2, 0, 1)
    assert read_annotations(path) == [*old, proposal("d")]
    merged = merge_into(path, [proposal("e"), proposal("b", 0.1), proposal("a")], renew=True)
    assert (merged.checked, merged.kept, merged.renewed, merged.added) == (1, 2, 1, 1)
    assert read_annotations(path) == [old[0], old[2], proposal("d"), proposal("e"), proposal("b", 0.1)]


@given(
    there=st.dictionaries(st.sampled_from("abcdef"), st.booleans()),
    new=st.lists(st.sampled_from("abcdefgh")),
    renew=st.booleans(),
    limit=st.none() | st.integers(1, 3),
)
def test_no_merge_loses_a_text_or_changes_a_checked_line(tmp_path_factory, there, new, renew, limit):
    path = tmp_path_factory.mktemp("merge") / "work.jsonl"
    old = [proposal(text, proposer="old", checked=checked) for text, checked in there.items()]
    write_annotations(path, old)
    merged = merge_into(path, [proposal(text) for text in new], renew, limit)
    after = {one.example.text: one for one in read_annotations(path)} if there or new else {}
    for one in old:
        assert after[one.example.text] == one or (renew and not one.checked and one.example.text in new)
    assert set(after) <= set(there) | set(new) and merged.added == len(after) - len(there)
    assert merged.added == min(len(set(new) - set(there)), limit or 99)


def test_a_file_with_a_slip_is_left_alone(tmp_path):
    path = tmp_path / "work.jsonl"
    path.write_text('{"text": "a", "checked": true,}\n', encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(ValueError):
        merge_into(path, [proposal("b")])
    assert path.read_bytes() == before
