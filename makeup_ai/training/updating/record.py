"""The written record of an update, for people: what came in, what changed, what was compared, and why it ended so."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from makeup_ai.training.updating.comparing import Comparison, Gates
from makeup_ai.training.updating.drift import Drift
from makeup_ai.training.updating.mixing import MixOptions

if TYPE_CHECKING:
    from makeup_ai.training.updating.update import Updated


def record_of(updated: Updated, times: tuple[str, str] | None, mixing: MixOptions, gates: Gates) -> str:
    """Return the record as Markdown.

    Args:
        updated: What the update came to, with the version that was compared with.
        times: First and last day of the feedback, or `None`.
        mixing: How feedback was sorted.
        gates: What had to hold.
    """
    outcome = "Promoted." if updated.promoted else "Refused."
    between = f" It came in from {times[0]} to {times[1]}." if times else ""
    lines = [
        f"# Update of version {updated.version}",
        "",
        outcome,
        *(f"- {reason}" for reason in updated.reasons),
        "",
        "## Feedback",
        "",
        f"Settings: {_settings(mixing)}.{between}",
        "",
        "| examples | count |",
        "|---|---|",
        *(f"| {what} | {count} |" for what, count in updated.counts.items()),
        "",
        *_drift(updated.drift),
        *(_comparison(updated.comparison, gates) if updated.comparison else ()),
    ]
    return "\n".join(lines)


def _drift(drift: Drift) -> list[str]:
    rows = [
        f"| {m.name} | {m.language} | {m.before} / {m.after} | "
        f"{'' if m.means is None else f'{m.means[0]:.3f} / {m.means[1]:.3f}'} | "
        f"{m.distance:.3f} | {m.psi:.3f} | {m.p:.4f} | {m.verdict} |"
        for m in drift.measures
    ]
    head = "| measure | language | texts before / after | mean before / after | distance | PSI | p | drift |"
    return [f"## Drift: {drift.verdict}", "", drift.rule, "", head, "|---|---|---|---|---|---|---|---|", *rows, ""]


def _comparison(comparison: Comparison, gates: Gates) -> list[str]:
    rows = [
        f"| {row.part} | {row.head} | {row.of} | {row.examples} | {row.before:.4f} | {row.after:.4f} | "
        f"[{row.low:.4f}, {row.high:.4f}] | {'no' if row.failed else 'yes'} |"
        for row in comparison.rows
    ]
    before, after = comparison.weights_bytes
    return [
        "## Comparison",
        "",
        f"Gates: {_settings(gates)}. Weights: {before} bytes before, {after} after.",
        "",
        "| part | head | of | examples | before | after | 95 % interval of the difference | holds |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]


def _settings(options: MixOptions | Gates) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in asdict(options).items())
