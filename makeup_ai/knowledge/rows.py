"""The rows of the compact table, read into values and written from them; what is not known takes no space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from makeup_ai.knowledge.entries import (
    Care,
    Claim,
    Conflict,
    Effect,
    Function,
    Group,
    Ingredient,
    Regulation,
    Step,
    Strength,
)
from makeup_ai.schema import LANGUAGES

Row = Mapping[str, Any]


def compact(row: Row) -> dict[str, Any]:
    """Turn one ingredient of the source table into its row of the compact table."""
    made = {key: value for key, value in row.items() if key not in {"id", "en", "zh", "inci_synonyms"}}
    made["names"] = _named(row)
    made["synonyms"] = {**row["synonyms"], "inci": row["inci_synonyms"]}
    made["effects"] = [[e["effect"], e["strength"]] for e in row["effects"]]
    made["evidence"] = [_evidence(e["confidence"], e["source"], e.get("contested", False)) for e in row["effects"]]
    return made


def read_ingredient(id_: str, row: Row) -> Ingredient:
    """Read one ingredient."""
    claims = zip(row["effects"], row["evidence"], strict=True)
    return Ingredient(
        id=id_,
        inci=row["inci"],
        names=dict(row["names"]),
        synonyms=_listed(row["synonyms"]),
        summary=dict(row["summary"]),
        functions=tuple(row["functions"]),
        groups=tuple(row["groups"]),
        effects=tuple(Claim(*effect, *evidence) for effect, evidence in claims),
        irritancy=row["irritancy"],
        comedogenic=row["comedogenic"],
        pregnancy=row["pregnancy"],
        family=row.get("family"),
        low_dose=row.get("low_dose", False),
        suits=tuple(row.get("suits", ())),
        unsuited=tuple(row.get("unsuited", ())),
        strength=_read_strength(row.get("strength")),
        partial=tuple(row.get("partial", ())),
        beyond=tuple(row.get("beyond", ())),
    )


def write_ingredient(item: Ingredient) -> dict[str, Any]:
    """Write one ingredient."""
    row: dict[str, Any] = {
        "inci": item.inci,
        "names": dict(item.names),
        "synonyms": {language: list(names) for language, names in item.synonyms.items()},
        "summary": dict(item.summary),
        "functions": list(item.functions),
        "groups": list(item.groups),
        "effects": [[claim.effect, claim.strength] for claim in item.effects],
        "evidence": [_evidence(claim.confidence, claim.source, claim.contested) for claim in item.effects],
        "irritancy": item.irritancy,
        "comedogenic": item.comedogenic,
        "pregnancy": item.pregnancy,
    }
    rest: dict[str, Any] = {
        "family": item.family,
        "low_dose": item.low_dose,
        "suits": list(item.suits),
        "unsuited": list(item.unsuited),
        "strength": _write_strength(item.strength),
        "partial": list(item.partial),
        "beyond": list(item.beyond),
    }
    return row | {key: value for key, value in rest.items() if value}


def _evidence(confidence: float, source: str, contested: bool) -> list[Any]:
    return [confidence, source, True] if contested else [confidence, source]


def _read_strength(row: Row | None) -> Strength | None:
    if row is None:
        return None
    return Strength(_range(row.get("leave_on")), _range(row.get("rinse_off")), row["source"], row["confidence"])


def _range(ends: Any) -> tuple[float, float] | None:
    if ends is None:
        return None
    low, high = ends
    return low, high


def _write_strength(strength: Strength | None) -> dict[str, Any] | None:
    if strength is None:
        return None
    ranges = {"leave_on": strength.leave_on, "rinse_off": strength.rinse_off}
    known = {name: list(ends) for name, ends in ranges.items() if ends is not None}
    return {**known, "source": strength.source, "confidence": strength.confidence}


def read_effect(id_: str, row: Row) -> Effect:
    """Read one effect."""
    return Effect(id_, _named(row), dict(row["helps"]), dict(row["hurts"]), tuple(row["categories"]))


def write_effect(effect: Effect) -> dict[str, Any]:
    """Write one effect."""
    needs = {"helps": dict(effect.helps), "hurts": dict(effect.hurts)}
    return {**effect.names, **needs, "categories": list(effect.categories)}


def read_group(id_: str, row: Row) -> Group:
    """Read one group."""
    members_by = row["members_by"]
    return Group(
        id=id_,
        names=_named(row),
        synonyms=_listed(row["synonyms"]),
        members_by=dict.fromkeys(LANGUAGES, members_by) if isinstance(members_by, str) else dict(members_by),
        patterns=tuple(row["patterns"]),
        conditions=tuple(row["conditions"]),
        complete=row.get("complete", False),
    )


def write_group(group: Group) -> dict[str, Any]:
    """Write one group."""
    row: dict[str, Any] = {
        **group.names,
        "synonyms": {language: list(names) for language, names in group.synonyms.items()},
        "members_by": dict(group.members_by),
        "patterns": list(group.patterns),
        "conditions": list(group.conditions),
    }
    return row | ({"complete": True} if group.complete else {})


def read_conflict(row: Row) -> Conflict:
    """Read one rule about two ingredients."""
    return Conflict(**{**row, "why": dict(row["why"])})


def write_conflict(rule: Conflict) -> dict[str, Any]:
    """Write one rule about two ingredients."""
    row: dict[str, Any] = {"a": rule.a, "b": rule.b, "kind": rule.kind, "why": dict(rule.why)}
    row |= {"source": rule.source, "confidence": rule.confidence}
    return row | ({"contested": True} if rule.contested else {})


def read_step(row: Row) -> Step:
    """Read one routine step."""
    return Step(row["order"], tuple(row["when"]), row["contact"], _named(row))


def write_step(step: Step) -> dict[str, Any]:
    """Write one routine step."""
    return {"order": step.order, "when": list(step.when), "contact": step.contact, **step.names}


def read_function(id_: str, row: Row) -> Function:
    """Read one function."""
    return Function(id_, _named(row), tuple(row.get("cosing", ())))


def write_function(function: Function) -> dict[str, Any]:
    """Write one function."""
    return {**function.names, **({"cosing": list(function.cosing)} if function.cosing else {})}


def read_care(row: Row) -> Care:
    """Read one rule of use."""
    return Care(**{**row, "about": tuple(row["about"]), "text": dict(row["text"])})


def write_care(care: Care) -> dict[str, Any]:
    """Write one rule of use."""
    row: dict[str, Any] = {"id": care.id, "about": list(care.about), "kind": care.kind, "text": dict(care.text)}
    row |= {"source": care.source, "confidence": care.confidence}
    return row | ({"contested": True} if care.contested else {})


def read_regulation(row: Row) -> Regulation:
    """Read one regulation."""
    texts = {"text": dict(row["text"]), "limits": dict(row.get("limits", {}))}
    return Regulation(**{**row, "about": tuple(row["about"]), **texts})


def write_regulation(law: Regulation) -> dict[str, Any]:
    """Write one regulation."""
    row: dict[str, Any] = {"id": law.id, "about": list(law.about), "kind": law.kind, "text": dict(law.text)}
    row |= {"limits": dict(law.limits)} if law.limits else {}
    row |= {"source": law.source, "date": law.date, "confidence": law.confidence}
    return row | ({"complete": True} if law.complete else {})


def _named(row: Row) -> dict[str, str]:
    return {language: row[language] for language in LANGUAGES if language in row}


def _listed(names: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(listed) for language, listed in names.items()}
