"""Synthetic questions with the passage that answers each, and others near it that do not: data for answer selection.

The passages are the knowledge's statements and the answers of a FAQ; the questions are filled templates. Neither a
template nor what is asked about is in two parts.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.sentences import with_article
from makeup_ai.knowledge.statements import Statements
from makeup_ai.knowledge.telling import Statement
from makeup_ai.schema import LANGUAGES
from makeup_ai.search.faq import Faq
from makeup_ai.training.data.domain import builtin_file
from makeup_ai.training.data.examples import Example

SHARES: Mapping[str, float] = {"train": 0.7, "valid": 0.15, "test": 0.15}
"""Of the things that questions are about, by part."""

NEAR = 2
"""Negatives that speak of the same thing, and as many that say the same of another."""


@dataclass(frozen=True, slots=True)
class QuestionSizes:
    """How many questions each part has, over both languages.

    Args:
        questions: Part -> questions; fewer where the knowledge has no more statements.
    """

    questions: Mapping[str, int] = field(default_factory=lambda: {"train": 6000, "valid": 600, "test": 600})


def generate_questions(
    knowledge: Knowledge, faq: Sequence[Faq] = (), seed: int = 0, sizes: QuestionSizes | None = None
) -> dict[str, list[Example]]:
    """Generate pairs of a question and a passage; the same arguments give the same pairs.

    Args:
        knowledge: Whose statements are the passages.
        faq: Whose answers are passages, too; each question is asked as it stands.
        seed: Of all random choices.
        sizes: Of the parts; the defaults of `QuestionSizes` where it is `None`.

    Returns:
        Part -> pairs, those of a question one behind the other: `relevant` is `"yes"` of the first and `"no"` of the
        others; `group` is what it is about.
    """
    sizes = sizes or QuestionSizes()
    table = json.loads(builtin_file("questions.json").read_text(encoding="utf-8"))
    names = _names(knowledge)
    facts = list(_unmistakable(Statements.of(knowledge)))
    part_of = _parts({s.subject for s in facts} | {f"faq:{one.id}" for one in faq}, seed)
    return {
        part: [
            *_of_statements(
                _Passages.of(s for s in facts if part_of[s.subject] == part), table, names, part, seed, most
            ),
            *_of_faq([one for one in faq if part_of[f"faq:{one.id}"] == part], seed),
        ]
        for part, most in sizes.questions.items()
    }


def _unmistakable(facts: Sequence[Statement]) -> Iterator[Statement]:
    """Leave out what is said in the same words of two things that have the same name in a language."""
    said = Counter((language, fact.text[language]) for fact in facts for language in LANGUAGES)
    return (fact for fact in facts if all(said[language, fact.text[language]] == 1 for language in LANGUAGES))


def _parts(nodes: Iterable[str], seed: int) -> dict[str, str]:
    """Deal things out to the parts, each kind of thing for itself."""
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for node in sorted(nodes):
        kinds[node.partition(":")[0]].append(node)
    found = {}
    for kind, listed in kinds.items():
        Random(f"{seed}/{kind}").shuffle(listed)
        ends = [round(sum(list(SHARES.values())[: i + 1]) * len(listed)) for i in range(len(SHARES))]
        for place, node in enumerate(listed):
            found[node] = next(part for part, end in zip(SHARES, ends, strict=True) if place < end)
    return found


@dataclass(frozen=True)
class _Passages:
    """The statements of one part, by what they are about and by what they say."""

    all: Sequence[Statement]
    about: Mapping[str, Sequence[Statement]]
    saying: Mapping[tuple[str, str], Sequence[Statement]]

    @classmethod
    def of(cls, facts: Iterable[Statement]) -> _Passages:
        about: defaultdict[str, list[Statement]] = defaultdict(list)
        saying: defaultdict[tuple[str, str], list[Statement]] = defaultdict(list)
        listed = list(facts)
        for fact in listed:
            about[fact.subject].append(fact)
            saying[fact.predicate, fact.object].append(fact)
        return cls(listed, about, saying)

    def near(self, fact: Statement, same: Sequence[str], rng: Random) -> list[Statement]:
        """Choose what does not answer a question that a statement answers, though it comes near."""
        own = [s for s in self.about[fact.subject] if s.id != fact.id and s.predicate not in same]
        others = [s for s in self.saying[fact.predicate, fact.object] if s.subject != fact.subject]
        rng.shuffle(own)
        rng.shuffle(others)
        chosen = [*own[:NEAR], *others[:NEAR]]
        spare = [*own[NEAR:], *others[NEAR:]]
        return [*chosen, *spare[: 2 * NEAR - len(chosen)]]


def _of_statements(
    passages: _Passages, table: Mapping[str, Any], names: Mapping[str, Mapping[str, Sequence[str]]],
    part: str, seed: int, most: int,
) -> Iterator[Example]:  # fmt: skip
    rng = Random(f"{seed}/{part}")
    asked = [(s, language) for s in passages.all if s.predicate in table["templates"] for language in LANGUAGES]
    rng.shuffle(asked)
    seen: set[str] = set()
    for fact, language in asked:
        if len(seen) >= most:
            return
        question = _question(fact, language, rng.choice(table["templates"][fact.predicate][language][part]), names, rng)
        negatives = passages.near(fact, table["same"].get(fact.predicate, ()), rng)
        others = dict.fromkeys(s.text[language] for s in negatives if s.text[language] != fact.text[language])
        if question is None or question in seen or not others:
            continue
        seen.add(question)
        for passage, relevant in ((fact.text[language], "yes"), *((text, "no") for text in others)):
            yield Example(question, language=language, group=fact.subject, second=passage, relevant=relevant)


def _question(
    fact: Statement, language: str, template: str, names: Mapping[str, Mapping[str, Sequence[str]]], rng: Random
) -> str | None:
    """Fill a template; `None` where something in it has no name."""
    words = {}
    for place, node in (("subject", fact.subject), ("object", fact.object)):
        if f"{{{place}}}" in template:
            known = names.get(node, {}).get(language, ())
            if not known:
                return None
            words[place] = rng.choice(list(known))
    return template.format_map(words)


def _of_faq(faq: Sequence[Faq], seed: int) -> Iterator[Example]:
    for one in faq:
        rng = Random(f"{seed}/faq/{one.id}")
        others = [other for other in faq if other.id != one.id]
        chosen = rng.sample(others, min(len(others), 2 * NEAR))
        for language in LANGUAGES if chosen else ():
            passages = [(one.answer[language], "yes"), *((other.answer[language], "no") for other in chosen)]
            for passage, relevant in passages:
                yield Example(
                    one.question[language], language=language, group=f"faq:{one.id}", second=passage, relevant=relevant
                )


def _names(knowledge: Knowledge) -> dict[str, dict[str, list[str]]]:
    """Return what nodes are called, by language; without names that two share."""
    called: dict[str, Mapping[str, Sequence[str]]] = {}
    for kind, entries in (("ingredient", knowledge.ingredients), ("group", knowledge.groups)):
        for id_, entry in entries.items():
            called[f"{kind}:{id_}"] = {
                language: (entry.names[language], *entry.synonyms.get(language, ())) for language in LANGUAGES
            }
    for id_, effect in knowledge.effects.items():
        called[f"effect:{id_}"] = {language: (effect.names[language],) for language in LANGUAGES}
    for id_, function in knowledge.functions.items():
        named = with_article(function.names)
        called[f"function:{id_}"] = {language: (named[language],) for language in LANGUAGES}
    for need, words in knowledge.needs.items():
        called[need] = {language: (words[language],) for language in LANGUAGES}
    held = Counter((language, word) for by in called.values() for language in LANGUAGES for word in set(by[language]))
    return {
        node: {language: [w for w in dict.fromkeys(by[language]) if held[language, w] == 1] for language in LANGUAGES}
        for node, by in called.items()
    }
