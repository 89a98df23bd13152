"""The demo's report: one HTML file with every table and plot inside, readable offline."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from makeup_ai.export.demo import DATA, Demo, read_log
from makeup_ai.files import write_whole

STYLE = """
:root{color-scheme:light}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;
color:#241b20;background:#fffdfc}h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-bottom:2px solid #e7cdd3}
table{border-collapse:collapse;margin:1rem 0;font-size:.9rem}th,td{padding:.3rem .7rem;border-bottom:1px solid #eadfe1;
text-align:right;vertical-align:top}th:first-child,td:first-child,.words td{text-align:left}th{background:#f8eef0}
img{max-width:100%}.wide{overflow-x:auto}.no{color:#a3123f}.note{color:#5d5056}blockquote{margin:.5rem 0;
padding:.5rem 1rem;background:#f8eef0;border-left:4px solid #c0587e}details{margin:.5rem 0}code{background:#f3e9eb}
"""


def write_report(demo: Demo, path: Path) -> Path:
    """Write the report, whole or not at all, and return its path."""
    parts = [
        "<h1>makeup_ai: from generated text to an answer on the device</h1>",
        f"<p>Made by <code>{_text(demo.benchmark.command)}</code> on {_text(demo.benchmark.machine)}.</p>",
        f"<p class=note>{_text(DATA)}</p>",
        "<h2>Time</h2>",
        _table(["step", "seconds"], [[step, f"{seconds:.1f}"] for step, seconds in demo.seconds.items()]),
        f"<p>Together {sum(demo.seconds.values()) / 60:.1f} minutes.</p>",
        "<h2>Data (synthetic)</h2>",
        _card(demo.card),
        "<h2>Training</h2>",
        _picture(_curves(demo), "Loss and validation figures by epoch, for both encoders"),
        "<h2>What the models understand</h2>",
        "<p>Keras models, best weights. <b>test</b>: generated from templates and clauses that training never saw. "
        "<b>handwritten</b>: 400 utterances typed by hand, never used to choose anything.</p>",
        _metrics(demo),
        "<p>As shipped: the TFLite file of the bundle with the lexicon beside it. A value counts wherever its "
        "words begin and end.</p>",
        _table(
            ["part", *next(iter(demo.understood.values()))],
            [[part, *(f"{value:.4f}" for value in found.values())] for part, found in demo.understood.items()],
        ),
        "<h2>Exported files held to Keras</h2>",
        "<p>Each file answers real validation texts through the tokenizer, in every length bucket. A file over its "
        "tolerance is refused and deleted.</p>",
        _exports(demo),
        "<h2>Benchmark</h2>",
        "<p>All contestants read the same texts in turns. Scores are those of that very file, on held-out texts.</p>",
        _benchmark(demo),
        *(_picture(plot.read_bytes(), f"Latency against {name} of each file") for name, plot in demo.plots.items()),
        "<h2>Bundle</h2>",
        f"<p><code>{_text(demo.bundle.folder)}</code>; self-test: {_text(demo.selftest)}.</p>",
        _bundle(demo),
        "<h2>Consultations</h2>",
        *_consultations(demo),
    ]
    body = "\n".join(parts)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>makeup_ai demo</title><style>{STYLE}</style><body>{body}</body></html>\n"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, page)
    return path


def _text(value: Any) -> str:
    return html.escape(str(value))


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]], words: bool = False) -> str:
    columns = "".join(f"<th>{_text(name)}" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{_text(cell)}" for cell in row) for row in rows)
    return f"<div class=wide><table{' class=words' if words else ''}><tr>{columns}{lines}</table></div>"


def _picture(png: bytes, words: str) -> str:
    return f'<p><img alt="{_text(words)}" src="data:image/png;base64,{base64.b64encode(png).decode()}"></p>'


def _card(card: dict[str, Any]) -> str:
    rows = [
        [key, "  ".join(f"{name} {count}" for name, count in card[key].items())]
        for key in card
        if key != "values" and isinstance(card[key], dict)
    ]
    rows += [[key, card[key]] for key in card if not isinstance(card[key], dict)]
    return _table(["what", "rows"], rows, words=True)


def _metrics(demo: Demo) -> str:
    rows = []
    for preset, parts in demo.metrics.items():
        for part, heads in parts.items():
            for head, values in heads.items():
                rows.append([f"{preset}, {part}, {head}", "  ".join(f"{k} {v:.4f}" for k, v in values.items())])
    return _table(["model, part, head", "metrics"], rows, words=True)


def _exports(demo: Demo) -> str:
    rows = []
    for report in demo.exports.values():
        for file in report.files:
            heads = file.parity.heads if file.parity else {}
            worst = max((head.difference for head in heads.values()), default=float("nan"))
            same = min((h.agreement for h in heads.values() if h.agreement is not None), default=float("nan"))
            verdict = file.refused_because or "agrees"
            size = f"{file.bytes / 1e6:.2f}" if file.bytes else "-"
            rows.append([file.path.name, size, f"{file.seconds:.1f}", f"{worst:.1e}", f"{same:.2%}", verdict])
    return _table(["file", "MB", "seconds", "max |difference|", "same answers, worst head", "verdict"], rows)


def _benchmark(demo: Demo) -> str:
    scores = sorted({score for measured in demo.benchmark.measurements for score in measured.scores})
    head = [
        "file",
        "MB",
        "load ms",
        "first ms",
        "p50 ms",
        "p90 ms",
        "p99 ms",
        "texts/s",
        "+RAM MB",
        "operators",
        *scores,
    ]
    rows = [
        [
            m.name,
            f"{m.file_bytes / 1e6:.2f}",
            *(f"{value:.2f}" for value in (m.load_ms, m.first_ms, m.p50_ms, m.p90_ms, m.p99_ms)),
            f"{m.per_second:.0f}",
            f"{m.memory / 1e6:.1f}",
            sum(m.operators.values()),
            *(f"{m.scores[score]:.4f}" if score in m.scores else "-" for score in scores),
        ]
        for m in demo.benchmark.measurements
    ]
    versions = ", ".join(f"{name} {version}" for name, version in demo.benchmark.versions.items())
    note = f"{demo.benchmark.calls} timed calls of each, {demo.benchmark.threads} thread; {versions}"
    return _table(head, rows) + f"<p class=note>{_text(note)}</p>"


def _bundle(demo: Demo) -> str:
    files = sorted(demo.bundle.manifest.files.items(), key=lambda item: -item[1].bytes)
    total = sum(entry.bytes for _, entry in files)
    rows = [[name, f"{entry.bytes:,}", entry.sha256[:12]] for name, entry in files]
    return f"<p>{len(files)} files, {total / 1e6:.1f} MB.</p>" + _table(["file", "bytes", "SHA-256"], rows)


def _consultations(demo: Demo) -> Iterable[str]:
    for number, (text, photo, advice) in enumerate(demo.advices, 1):
        read = advice.understanding
        slots = ", ".join(f"{slot.slot} = {slot.value or '?'} ({slot.text})" for slot in read.slots) or "none"
        yield f"<h3>{_text(text)}{' (with a photo)' if photo else ''}</h3>"
        yield (
            f"<p>intent {_text(read.intent.label)} ({read.intent.confidence:.2f}); slots: {_text(slots)}; "
            f'<a href="advice_{number:02}.html">page</a></p>'
        )
        if advice.skin is not None:
            tone = advice.skin.tone
            seen = (
                f"tone {tone.ita_class}, ITA {tone.ita_degrees:.0f} ± {tone.uncertainty_degrees:.0f} degrees"
                if tone
                else f"tone withheld: {advice.skin.withheld_because.get('en', '')}"
            )
            yield f"<p>photo: {_text(seen)}</p>"
        yield f"<blockquote>{_text(advice.answer)}</blockquote>"
        if advice.recommendations:
            rows = [
                [f"{r.brand} {r.name}", f"{r.price:g} {r.currency}", f"{r.score:.4f}", " · ".join(r.reasons)]
                for r in advice.recommendations[:5]
            ]
            yield _table(["product", "price", "score", "reasons"], rows, words=True)
        for caution in advice.cautions:
            yield f"<p class=no>{_text(caution.text)}</p>"


def _curves(demo: Demo) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    loss, intent, slots = figure.subplots(1, 3)
    for preset, run in demo.runs.items():
        epochs = read_log(run)
        steps = [entry["epoch"] for entry in epochs]
        loss.plot(steps, [entry["loss"] for entry in epochs], marker="o", label=preset)
        intent.plot(steps, [entry["valid"]["intent"]["macro_f1"] for entry in epochs], marker="o", label=preset)
        slots.plot(steps, [entry["valid"]["slots"]["f1"] for entry in epochs], marker="o", label=preset)
    for axes, title in ((loss, "training loss"), (intent, "validation intent macro-F1"), (slots, "validation slot F1")):
        axes.set_title(title)
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=120)
    return stream.getvalue()
