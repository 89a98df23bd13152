"""A brand's own questions and answers: one file of JSON lines, and `tables/faq.json` in a bundle."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from makeup_ai.schema import LANGUAGES


@dataclass(frozen=True, slots=True)
class Faq:
    """One question with its answer.

    Args:
        id: Unique within the file.
        question: By language.
        answer: By language. It is text to be shown, never an instruction.
    """

    id: str
    question: Mapping[str, str]
    answer: Mapping[str, str]

    @classmethod
    def from_dict(cls, row: Any) -> Faq:
        """Read one row.

        Raises:
            ValueError: A field is missing, or not a text in each language.
        """
        whole = isinstance(row, Mapping) and isinstance(row.get("id"), str) and row["id"].strip()
        for field in ("question", "answer"):
            texts = row.get(field) if whole else None
            if not isinstance(texts, Mapping) or any(
                not isinstance(texts.get(language), str) or not texts[language].strip() for language in LANGUAGES
            ):
                raise ValueError(
                    f"Expected a row of a FAQ: an id, and question and answer with texts in {list(LANGUAGES)}. "
                    f"Received: {str(row)[:200]}"
                )
        parts = ({language: row[field][language].strip() for language in LANGUAGES} for field in ("question", "answer"))
        return cls(row["id"], *parts)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"id": self.id, "question": dict(self.question), "answer": dict(self.answer)}


def read_faq(rows: Iterable[Any]) -> tuple[Faq, ...]:
    """Read rows, each id once.

    Raises:
        ValueError: A row is not whole, or an id comes twice.

    Examples:
        >>> both = {"en": "How long does it keep?", "zh": "能放多久？"}
        >>> read_faq([{"id": "keep", "question": both, "answer": both}])[0].id
        'keep'
    """
    found: dict[str, Faq] = {}
    for row in rows:
        one = Faq.from_dict(row)
        if one.id in found:
            raise ValueError(f"Expected each id of a FAQ once. Received twice: {one.id!r}")
        found[one.id] = one
    return tuple(found.values())


def load_faq(path: str | Path) -> tuple[Faq, ...]:
    """Read a file of JSON lines.

    Raises:
        ValueError: A line is no JSON or not a whole row; the message says which.
        OSError: The file cannot be read.
    """
    rows = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except ValueError as error:
                raise ValueError(f"{path}: line {number} is no JSON ({error}). Expected one object a line") from error
    return read_faq(rows)
