"""The frozen values of a conversation; a state is all that has to be kept between turns, and is plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from makeup_ai.recommend.needs import Needs
from makeup_ai.schema import Bought, Caution, Profile, Recommendation, Routine, to_dict

SAID, FEEDBACK = "said", "feedback"
"""Where a fact came from: told of oneself, or of a product."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing said in words that a ranking goes by.

    Args:
        slot: Of the domain.
        value: Its canonical value, or `None` for words that the domain does not know, of a slot that protects.
        text: As written.
    """

    slot: str
    value: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Learned:
    """Something learnt of the person, which a caller with their consent may store.

    Args:
        field: Of `Profile`.
        value: One of its values: for a field that holds several, the one that is new.
        source: `SAID` or `FEEDBACK`.
        removed: It is no longer true.
    """

    field: str
    value: str | float | Bought
    source: str = SAID
    removed: bool = False

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Learned:
        """Rebuild it from JSON."""
        value = row["value"]
        bought = Bought(**value) if isinstance(value, Mapping) else value
        return cls(str(row["field"]), bought, str(row["source"]), bool(row["removed"]))

    def apply(self, profile: Profile) -> Profile:
        """Give the profile with this in it."""
        now = getattr(profile, self.field)
        if not isinstance(now, tuple):
            changed: dict[str, Any] = {self.field: None if self.removed else self.value}
            return replace(profile, **changed)
        if isinstance(self.value, Bought):
            kept = tuple(one for one in now if one.product_id != self.value.product_id)
        else:
            kept = tuple(one for one in now if one != self.value)
        listed: dict[str, Any] = {self.field: kept if self.removed else (*kept, self.value)}
        return replace(profile, **listed)


@dataclass(frozen=True, slots=True)
class Pending:
    """What the last turn asked, and the next one may answer.

    Args:
        kind: `"need"` (a question for what is missing), `"which_value"` (of two that contradict each other),
            `"keep_out"` (what was to be avoided was asked for), or `"which_product"` (some feedback is about).
        slot: Of the domain, or the name of the feedback.
        values: To choose from; for `"keep_out"` what is avoided and what was asked for.
    """

    kind: str
    slot: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """A conversation between two turns.

    Args:
        language: Of the last answer.
        turns: Taken so far.
        wishes: What is looked for and to be left out, in words.
        refused: What was taken back ("no lipstick") and is not offered.
        budget: The most a product may cost, as said here.
        floor: The least.
        open_budget: Whether the budget of the profile was waived.
        below: A price that products have to stay under, as one was too dear.
        cheapest: Whether the cheapest come first.
        topic: The words that the wishes came from, whose likeness counts.
        asked: Slots that were asked for, answered or not.
        pending: What was asked last, or `None`.
        shown: Product ids in the order of the last list.
        passed: Product ids that are not to be shown again.
        brands_out: Brands that are not to be shown.
        focus: The product spoken of, or `None`.
        picked: Product ids put into the routine.
        total: The most that a routine may cost.
        spent: What the last routine costs.
        planning: Whether the last list was a routine.
        learned: What was learnt of the person.
        tone: Skin colour from a photo, CIELAB.
        seen: Needs from a photo.
    """

    language: str = "en"
    turns: int = 0
    wishes: tuple[Wish, ...] = ()
    refused: tuple[Wish, ...] = ()
    budget: float | None = None
    floor: float | None = None
    open_budget: bool = False
    below: float | None = None
    cheapest: bool = False
    topic: str = ""
    asked: tuple[str, ...] = ()
    pending: Pending | None = None
    shown: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    brands_out: tuple[str, ...] = ()
    focus: str | None = None
    picked: tuple[str, ...] = ()
    total: float | None = None
    spent: float | None = None
    planning: bool = False
    learned: tuple[Learned, ...] = ()
    tone: tuple[float, float, float] | None = None
    seen: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        found: dict[str, Any] = to_dict(self)
        return found

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> State:
        """Rebuild a state.

        Raises:
            ValueError: It has fields that a state does not, or one of another type.
        """
        known = {one.name for one in fields(cls)}
        if not isinstance(values, Mapping) or set(values) - known:
            received = sorted(set(values) - known) if isinstance(values, Mapping) else type(values).__name__
            raise ValueError(f"Expected a conversation's state with fields of {sorted(known)}. Received: {received}")
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        try:
            for name in ("wishes", "refused"):
                given[name] = tuple(Wish(**row) for row in given.get(name, ()))
            given["learned"] = tuple(Learned.from_dict(row) for row in given.get("learned", ()))
            if (pending := given.get("pending")) is not None:
                given["pending"] = Pending(pending["kind"], pending["slot"], tuple(pending["values"]))
            return cls(**given)
        except (KeyError, TypeError) as error:
            raise ValueError(f"Expected a conversation's state as `to_dict` gives it. Received: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer.

    Args:
        language: Of the answer, `"en"` or `"zh"`.
        reply: In words.
        recommendations: Best first; of a routine, in the order of use.
        cautions: Beside the answer.
        routine: Where one was planned.
        question: Slot that is asked for at the end of the reply, or `None`.
        learned: What this turn taught of the person; to be stored only with their consent.
        needs: What was looked for; `None` where nothing was.
        state: After the turn.
    """

    language: str
    reply: str
    recommendations: tuple[Recommendation, ...]
    cautions: tuple[Caution, ...]
    routine: Routine | None
    question: str | None
    learned: tuple[Learned, ...]
    needs: Needs | None
    state: State = field(repr=False)
