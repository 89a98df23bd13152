"""The words of a domain: surfaces to canonical values, and the safety nets beside the tagger.

Everything here is a loop over a table, so that a phone can do the same: normalise, find the surfaces, put a
placeholder in each one's stead, and match the domain's patterns against what that leaves.

A slot's `patterns` are lists by language; an entry is a regular expression, or one with the value that it stands for,
which is then matched against the text itself. They mean what they mean in JavaScript: words and digits are ASCII.

    {value}     any surface of the slot          {number}   any number, in figures or words
    {values}    several, with the slot's         {money}    a number with a currency mark before or after it
                `separator` between them         {amount}   a number with or without a mark

`except` holds patterns, by language, of what is said without being meant ("not allergic to {values}").

`negation` of the domain is a list of rules, each with the `slots` whose words its patterns take back ("not oily", "no
lipstick"). A budget's `at_least` holds patterns of a lower bound ("over {money}"), which is no limit to what is spent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from makeup_ai.schema import Slot
from makeup_ai.text.amounts import Amounts
from makeup_ai.text.nets import MARK, NUMBER, VALUE, Marked, Net, compile_nets
from makeup_ai.text.normalise import normalise, original_span
from makeup_ai.text.surfaces import Surfaces

STRETCH, OVERLAP = 2_048, 128
"""Characters that patterns see at once, and how many of them they see twice: an endless list, which they go through
once from each of its items, takes time that grows with its square."""


@dataclass(frozen=True)
class Lexicon:
    """Looks up words, finds patterns, reads budgets.

    Args:
        domain: The domain table (`tables/domain.json` of a bundle).

    Examples:
        >>> table = {"slots": {"finish": {"role": "need"}},
        ...          "values": {"finish": {"matte": {"en": ["matte"], "zh": ["哑光"]}}}, "budget": {}}
        >>> lexicon = Lexicon(table)
        >>> lexicon.value("finish", "哑光的"), lexicon.display("finish", "matte", "zh")
        ('matte', '哑光')
    """

    domain: Mapping[str, Any]
    _surfaces: Mapping[str, Surfaces] = field(init=False, repr=False)
    _nets: Mapping[str, tuple[Net, ...]] = field(init=False, repr=False)
    _negations: Mapping[str, tuple[Net, ...]] = field(init=False, repr=False)
    _floors: Mapping[str, tuple[Net, ...]] = field(init=False, repr=False)
    _amounts: Amounts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        surfaces = {slot: Surfaces(_keys(table)) for slot, table in self.domain["values"].items()}
        nets = {slot: compile_nets(rule) for slot, rule in self.domain["slots"].items() if "patterns" in rule}
        object.__setattr__(self, "_surfaces", surfaces)
        object.__setattr__(self, "_nets", nets)
        negations: dict[str, tuple[Net, ...]] = {}
        for rule in self.domain.get("negation", ()):
            for slot in rule["slots"]:
                negations[slot] = (*negations.get(slot, ()), *compile_nets(rule))
        rules = self.domain["slots"].items()
        floors = {slot: compile_nets({"patterns": rule["at_least"]}) for slot, rule in rules if "at_least" in rule}
        object.__setattr__(self, "_negations", negations)
        object.__setattr__(self, "_floors", floors)
        object.__setattr__(self, "_amounts", Amounts(self.domain["budget"]))

    def value(self, slot: str, surface: str) -> str | None:
        """Return the canonical value of a surface: exact, else that of the longest known surface inside it.

        Where no surface is inside it, the slot's patterns that carry a value are tried (`unscented`).

        Returns:
            The value, or `None` where nothing in the surface is known.
        """
        known = self._surfaces.get(slot)
        if known is None:
            return None
        key = _key(surface)
        if key in known.values:
            return known.values[key]
        inside = known.scan(key)
        if inside:
            return max(inside, key=lambda hit: hit[1] - hit[0])[2]
        fixed = (entry for net in self._nets.get(slot, ()) for entry in net.fixed)
        return next((value for pattern, value in fixed if pattern.search(key)), None)

    def display(self, slot: str, value: str, language: str) -> str:
        """Return the display name of a value, its first surface in the language (English where that has none).

        A value without a surface is shown as its id, with spaces.
        """
        surfaces = self.domain["values"].get(slot, {}).get(value, {})
        names = surfaces.get(language) or surfaces.get("en") or [value.replace("_", " ")]
        return str(names[0])

    def budget(self, surface: str, language: str) -> float | None:
        """Read an amount of money in the domain's currency; of several numbers, the largest.

        Args:
            surface: As written (`"under $30"`, `"两百以内"`, `"$15-$25"`).
            language: Decides the currency where the surface names none.

        Returns:
            The amount, rounded to hundredths, or `None` where there is no number.
        """
        return self._amounts.read(normalise(surface)[0], language)

    def lowest(self, surface: str, language: str) -> float | None:
        """Read the lower end of an amount of money: of several numbers, the smallest."""
        return self._amounts.read(normalise(surface)[0], language, min)

    def is_open(self, slot: str) -> bool:
        """Tell whether a slot may be filled by words that the domain does not know, such as another shop's brand."""
        return bool(self.domain["slots"].get(slot, {}).get("open", False))

    def protects(self, slot: str) -> bool:
        """Tell whether a slot rules products out."""
        return self.domain["slots"].get(slot, {}).get("role") in {"mask", "budget"}

    def mentions(self, text: str) -> list[Slot]:
        """Find every known word of the slots that score or filter, whatever it means where it stands.

        Returns:
            Slots with confidence 0 and spans in code points of `text`, which may overlap between slots.
        """
        plain, offsets = normalise(text)
        found = []
        for slot, surfaces in self._surfaces.items():
            if self.domain["slots"][slot]["role"] in {"need", "filter"}:
                for start, end, value in surfaces.scan(plain):
                    first, last = original_span(offsets, start, end)
                    found.append(Slot(slot, text[first:last], value, first, last, 0.0))
        return found

    @property
    def min_mention(self) -> float:
        """Probability from which a known word is taken for what the model all but overlooked."""
        return float(self.domain.get("mentions", {}).get("min_probability", 1.0))

    def find_patterns(self, text: str) -> list[Slot]:
        """Find what the safety nets of the domain are sure of: things to avoid, conditions, budgets.

        The patterns of every language are tried, whatever the text's own is. Text inside a match of a slot's
        `except` patterns ("not allergic to ...") is left alone. A budget's value is its amount in the domain's
        currency as a decimal string. What an `unknown` pattern finds ("allergic to ...") has no value unless the
        words hold a known one, which the other patterns then find.

        Returns:
            Slots in the order of the text, with confidence 1 and spans in code points of `text`.
        """
        found: dict[tuple[str, int, int], str | None] = {}
        for first, stretch in _stretches(text):
            for (slot, start, end), value in self._patterns_in(stretch).items():
                found.setdefault((slot, first + start, first + end), value)
        spans = sorted(found.items(), key=lambda item: (item[0][1], -item[0][2], item[0][0]))
        outer: list[Slot] = []
        furthest: dict[str, int] = {}  # spans come by their start: one that ends within what was read lies inside it
        for (slot, start, end), value in spans:
            if end > furthest.get(slot, -1):
                furthest[slot] = end
                outer.append(Slot(slot, text[start:end], value, start, end, 1.0))
        return outer

    def negated(self, text: str) -> list[Slot]:
        """Find the known words of slots that score or filter, and that the text takes back ("no lipstick, a blush").

        Returns:
            Slots in the order of the text, with confidence 1 and spans in code points of `text`.
        """
        found: dict[tuple[int, int, str], str] = {}
        for first, stretch in _stretches(text):
            plain, offsets = normalise(stretch)
            for slot, nets in self._negations.items():
                for net in nets if slot in self._surfaces else ():
                    for start, end, value in self._mentions(plain, slot, net):
                        begin, last = original_span(offsets, start, end)
                        found.setdefault((first + begin, first + last, slot), value)
        return [
            Slot(slot, text[start:end], value, start, end, 1.0) for (start, end, slot), value in sorted(found.items())
        ]

    def floors(self, text: str) -> list[Slot]:
        """Find lower bounds of money ("over $50", "200以上"): slots with the amount in the domain's currency."""
        found: dict[tuple[int, int, str], str] = {}
        for first, stretch in _stretches(text):
            plain, offsets = normalise(stretch)
            for slot, nets in self._floors.items():
                for net in nets:
                    for start, end, value in self._money(plain, net):
                        begin, last = original_span(offsets, start, end)
                        found.setdefault((first + begin, first + last, slot), value)
        return [
            Slot(slot, text[start:end], value, start, end, 1.0) for (start, end, slot), value in sorted(found.items())
        ]

    def meant(self, text: str, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        """Leave out what the text takes back: negated words that score or filter, and lower bounds of money."""
        taken_back = [*self.negated(text), *self.floors(text)]
        return tuple(
            slot
            for slot in slots
            if not any(
                slot.start < other.end and other.start < slot.end and self._kind(slot) == self._kind(other)
                for other in taken_back
            )
        )

    def _kind(self, slot: Slot) -> str:
        """Words that score and words that filter are of one kind: the tagger may take one for the other."""
        role = str(self.domain["slots"].get(slot.slot, {}).get("role", ""))
        return "wish" if role in {"need", "filter"} else role

    def _patterns_in(self, text: str) -> dict[tuple[str, int, int], str | None]:
        plain, offsets = normalise(text)
        found: dict[tuple[str, int, int], str | None] = {}
        for slot, nets in self._nets.items():
            is_budget = self.domain["slots"][slot]["role"] == "budget"
            for net in nets:
                known = self._money(plain, net) if is_budget else self._mentions(plain, slot, net)
                for start, end, value in [*known, *self._unknown(plain, slot, net)]:
                    found.setdefault((slot, *original_span(offsets, start, end)), value)
        return found

    def _mentions(self, plain: str, slot: str, net: Net) -> list[tuple[int, int, str]]:
        hits = self._surfaces[slot].scan(plain)
        marked = Marked(plain, [(start, end, VALUE, value) for start, end, value in hits])
        allowed = {
            at
            for pattern in net.exceptions
            for match in pattern.finditer(marked.text)
            for at, _ in marked.within(*match.span())
        }
        found = []
        for pattern in net.patterns:
            for match in pattern.finditer(marked.text):
                for at, (start, end, _, value) in marked.within(*match.span()):
                    if at not in allowed:
                        found.append((start, end, value))
        for pattern, value in net.fixed:
            found.extend((match.start(), match.end(), value) for match in pattern.finditer(plain))
        return found

    def _unknown(self, plain: str, slot: str, net: Net) -> list[tuple[int, int, None]]:
        known = self._surfaces[slot].scan(plain) if net.unknown else []
        spans = [match.span(1) for pattern in net.unknown for match in pattern.finditer(plain)]
        return [(*s, None) for s in spans if not any(start < s[1] and s[0] < end for start, end, _ in known)]

    def _money(self, plain: str, net: Net) -> list[tuple[int, int, str]]:
        numbers = [(n.start, n.end, NUMBER, "") for n in self._amounts.numbers(plain)]
        marks = [(start, end, MARK, code) for start, end, code in self._amounts.marks(plain)]
        marked = Marked(plain, sorted(numbers + marks))
        found = []
        for pattern in net.patterns:
            for match in pattern.finditer(marked.text):
                inside = [span for _, span in marked.within(*match.span())]
                start, end = inside[0][0], inside[-1][1]
                amount = self._amounts.read(plain[start:end], net.language)
                if amount is not None:
                    found.append((start, end, decimal(amount)))
        return found


def _stretches(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text into the stretches that patterns see, each with its first code point."""
    for first in range(0, max(len(text) - OVERLAP, 1), STRETCH - OVERLAP):
        yield first, text[first : first + STRETCH]


def decimal(amount: float) -> str:
    """Write an amount the way slot values hold it: at most two decimals, none that are zero.

    Examples:
        >>> decimal(28.0), decimal(4.2)
        ('28', '4.2')
    """
    return f"{amount:.2f}".rstrip("0").rstrip(".")


def _key(surface: str) -> str:
    return " ".join(normalise(surface)[0].replace("-", " ").split())


def _keys(table: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, str]:
    known: dict[str, str] = {}
    for value, languages in table.items():
        for surfaces in languages.values():
            for surface in surfaces:
                known.setdefault(_key(surface), value)
    for key, value in list(known.items()):
        if key.isascii() and key[-1:].isalpha() and not key.endswith("s"):
            known.setdefault(f"{key}s", value)
    known.pop("", None)
    return known
