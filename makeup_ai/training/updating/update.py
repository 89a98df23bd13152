"""An update: feedback in, a new version in use or a refusal out; the library call behind `makeup-ai update run`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from makeup_ai.files import write_whole
from makeup_ai.training.data.examples import Example, read_examples, write_examples
from makeup_ai.training.data.splits import file_sha256
from makeup_ai.training.loop import Progress
from makeup_ai.training.run import load_run, write_json
from makeup_ai.training.updating.comparing import Comparison, Gates, compare, comparison_from
from makeup_ai.training.updating.drift import Drift, drift_from, measure_drift
from makeup_ai.training.updating.feedback import read_feedback
from makeup_ai.training.updating.labels import labelled_heads
from makeup_ai.training.updating.mixing import Known, Mix, MixOptions, mix
from makeup_ai.training.updating.record import record_of
from makeup_ai.training.updating.registry import PARTS, PROMOTED, REFUSED, Registry, alone, open_registry
from makeup_ai.training.updating.retraining import RetrainOptions, retrain


@dataclass(frozen=True, slots=True)
class UpdateOptions:
    """How an update goes: one part a concern."""

    mixing: MixOptions = field(default_factory=MixOptions)
    retraining: RetrainOptions = field(default_factory=RetrainOptions)
    gates: Gates = field(default_factory=Gates)


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to.

    Args:
        promoted: Whether the candidate is in use.
        version: In use afterwards; in `decision.json`, the one that was compared with.
        reasons: Why it was refused; none where it was promoted.
        counts: Examples by part, and feedback that was held back by reason.
        drift: Of the feedback against what the version was chosen by.
        comparison: `None` where nothing was trained.
        folder: Of the written record.
    """

    promoted: bool
    version: int
    reasons: tuple[str, ...]
    counts: dict[str, int]
    drift: Drift
    comparison: Comparison | None
    folder: Path

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "promoted": self.promoted,
            "version": self.version,
            "reasons": list(self.reasons),
            "counts": self.counts,
            "drift": self.drift.to_json(),
            "comparison": self.comparison.to_json() if self.comparison else None,
            "folder": str(self.folder),
        }


def update(
    models: str | Path, feedback: str | Path, options: UpdateOptions | None = None, *, progress: Progress = print
) -> Updated:
    """Update models from a file of feedback, or go on with an update that was killed; the same call does both.

    Each step leaves a file in `updates/<key>/`: `mix.json` and the parts, `drift.json`, the run, `comparison.json`,
    `decision.json` and `record.md`. A decision that was already taken on the same request is returned as it is.

    Args:
        models: A registry's folder.
        feedback: See `read_feedback`.
        options: How it goes.
        progress: Receives one line at a time.

    Raises:
        DataError: The folder or the feedback cannot be read, or a file of the version in use has been changed.
        ValueError: The options do not fit the models.
    """
    options = options or UpdateOptions()
    open_registry(models)  # before a lock is left in a folder that is none
    with alone(models):
        registry = open_registry(models)
        request = _digest({"feedback": file_sha256(feedback), "options": asdict(options)})
        last = registry.history[-1]
        if last.request == request:
            return replace(_decided(registry.folder / last.update), version=last.version)
        registry.verify(registry.current)
        base = registry.current
        folder = registry.folder / "updates" / _digest({"request": request, "version": base})[:16]
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "decision.json").is_file():
            _decide(registry, folder, feedback, options, progress)
        decided = _enact(registry, _decided(folder), request)
        progress(f"{PROMOTED if decided.promoted else REFUSED}: version {decided.version} is in use")
        return decided


def _decide(registry: Registry, folder: Path, feedback: str | Path, options: UpdateOptions, progress: Progress) -> None:
    """Take every step up to `decision.json`; those whose file is there are not taken again."""
    base = registry.current
    current = load_run(registry.version(base))
    heads = labelled_heads(current.task)
    examples, times = read_feedback(feedback)
    train, valid, shadow = (registry.part(base, name) for name in PARTS)
    known = Known(train, valid, shadow, read_examples(registry.test))
    mixed = mix(examples, known, heads, options.mixing)
    _write_parts(folder, mixed)
    progress("feedback: " + ", ".join(f"{count} {what}" for what, count in mixed.counts().items()))
    drift = drift_from(
        _step(folder / "drift.json", lambda: measure_drift(current, known.train, known.valid, examples).to_json())
    )
    progress(f"drift: {drift.verdict}")
    comparison, reasons = None, _too_little(mixed, options.gates)
    if not reasons:
        preset = registry.origin(base)["preset"]
        parts = mixed.learned(options.mixing.new_weight), mixed.valid
        retrain(folder, current, preset, parts, options.retraining, progress)
        candidate = load_run(folder / "run")
        found = _step(
            folder / "comparison.json",
            lambda: compare(current, candidate, known.test, mixed.shadow, options.gates).to_json(),
        )
        comparison = comparison_from(found)
        reasons = comparison.reasons
    decided = Updated(not reasons, base, reasons, mixed.counts(), drift, comparison, folder)
    write_whole(folder / "record.md", record_of(decided, times, options.mixing, options.gates))
    write_json(folder / "decision.json", decided.to_json())


def _enact(registry: Registry, decided: Updated, request: str) -> Updated:
    """Install what was promoted, then write the line that makes it count; return what came of it."""
    about = {"request": request, "update": decided.folder.relative_to(registry.folder).as_posix()}
    base = registry.current
    if not decided.promoted:
        registry.decide(REFUSED, base, reasons=decided.reasons, **about)
        return decided
    added = {name: _read_part(decided.folder / f"{name}.jsonl") for name in PARTS}
    # all old examples stay on record, also those that were not replayed this time
    parts = {name: [*registry.part(base, name), *added[name]] for name in ("train", "shadow")}
    number, preset = registry.newest + 1, registry.origin(base)["preset"]
    registry.install(
        number, decided.folder / "run", {**parts, "valid": added["valid"]}, {"preset": preset, "version": base}
    )
    registry.decide(PROMOTED, number, reasons=("every gate held",), **about)
    return replace(decided, version=number)


def _read_part(path: Path) -> list[Example]:
    """Read a part of an update, which may be empty."""
    return read_examples(path) if path.stat().st_size else []


def _write_parts(folder: Path, mixed: Mix) -> None:
    for name, examples in (("train", mixed.new), ("valid", mixed.valid), ("shadow", mixed.shadow)):
        write_examples(folder / f"{name}.jsonl", examples)
    held = [{"reason": reason, "text": example.text, "group": example.group} for reason, example in mixed.held_back]
    write_json(folder / "mix.json", {"counts": mixed.counts(), "held_back": held})


def _too_little(mixed: Mix, gates: Gates) -> tuple[str, ...]:
    reasons = []
    if not mixed.new:
        reasons.append("no feedback is left to learn from")
    if len(mixed.shadow) < gates.smallest_shadow:
        reasons.append(f"{len(mixed.shadow)} examples in the shadow, fewer than {gates.smallest_shadow}")
    return tuple(reasons)


def _step(path: Path, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Read a step's file, or take the step and write it."""
    if not path.is_file():
        write_json(path, compute())
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _decided(folder: Path) -> Updated:
    value = json.loads((folder / "decision.json").read_text(encoding="utf-8"))
    comparison = value["comparison"]
    return Updated(
        value["promoted"],
        value["version"],
        tuple(value["reasons"]),
        value["counts"],
        drift_from(value["drift"]),
        comparison_from(comparison) if comparison else None,
        folder,
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
