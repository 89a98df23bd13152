"""Label Studio's files: tasks with predictions to import, the labelling configuration to paste, and exports to read.

The format is that of https://labelstud.io/guide/predictions and of the export "JSON". Places are code points of the
text. Older releases exported UTF-16 code units (https://github.com/HumanSignal/label-studio/issues/1347), which are
recognised by the text of the span that stands beside them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.training.data.annotation.proposing import SPANS
from makeup_ai.training.data.annotation.records import ASPECTS, TEXT_LABELS, Annotation, check_texts_differ
from makeup_ai.training.data.examples import Example, Span
from makeup_ai.training.data.layouts import language_of
from makeup_ai.training.data.tables import decode_text

TEXT = "text"
"""Name of the text, in the data and in the configuration."""


def write_tasks(path: str | os.PathLike[str], annotations: Iterable[Annotation]) -> None:
    """Write tasks with predictions, to be imported.

    Raises:
        DataError: The file is there and holds a person's annotations; it is left as it is.
    """
    if Path(path).is_file() and any(task.get("annotations") for task in _tasks(path) if isinstance(task, dict)):
        raise DataError("Expected a place without annotations. Choose another file", file=os.fspath(path))
    tasks = [_task(annotation) for annotation in annotations]
    write_whole(path, json.dumps(tasks, ensure_ascii=False, indent=1) + "\n")


def configuration(choices: Mapping[str, Sequence[str]]) -> str:
    """Return the labelling configuration (XML) for a project, to be pasted under "Labeling Interface, Code".

    Args:
        choices: Labels by field; those of spans under `SPANS`.

    Examples:
        >>> print(configuration({"spans": ["brand"]}))
        <View>
          <Labels name="spans" toName="text">
            <Label value="brand"/>
          </Labels>
          <Text name="text" value="$text"/>
        </View>
    """
    lines = ["<View>"]
    if SPANS in choices:
        lines += [f'  <Labels name="{SPANS}" toName="{TEXT}">']
        lines += [f"    <Label value={quoteattr(label)}/>" for label in choices[SPANS]]
        lines += ["  </Labels>"]
    lines += [f'  <Text name="{TEXT}" value="${TEXT}"/>']
    for field in (name for name in choices if name != SPANS):
        kind = "multiple" if field == ASPECTS else "single"
        lines += [f'  <Choices name="{field}" toName="{TEXT}" choice="{kind}">']
        lines += [f"    <Choice value={quoteattr(label)}/>" for label in choices[field]]
        lines += ["  </Choices>"]
    return "\n".join([*lines, "</View>"])


def read_export(path: str | os.PathLike[str], annotator: str = "") -> list[Annotation]:
    """Read an export of the kind "JSON", or the tasks that `write_tasks` wrote.

    A task that somebody has submitted is checked. One that was skipped or not looked at yet is not, and has the spans
    and labels of its prediction. A task without spans or aspects has none where another in the file has some; where no
    task has any, nobody looked for them.

    Args:
        path: The export.
        annotator: Whose work is read, as `completed_by` names it (a number or an e-mail address); everybody's if empty.

    Raises:
        DataError: The file is no export, a text is met twice or has the work of several annotators, or a span does not
            hold the text it names, overlaps another or lies outside; names the task as row, from 1.
    """
    file = os.fspath(path)
    tasks = _tasks(path)
    parsed = [_chosen(task, annotator, (file, number)) for number, task in enumerate(tasks, start=1)]
    asked = {item.get("from_name") for _, results, _ in parsed for item in results}
    found = [
        _annotation(task, chosen, asked, (file, number))
        for number, (task, chosen) in enumerate(zip(tasks, parsed, strict=True), start=1)
    ]
    check_texts_differ(list(enumerate((one.example.text for one in found), start=1)), file)
    return found


_Where = tuple[str, int]
_Chosen = tuple[bool, list[dict[str, Any]], Mapping[str, Any]]
"""Whether a person submitted it, the results, and the prediction with its `model_version` and `score`."""


def _task(annotation: Annotation) -> dict[str, Any]:
    example = annotation.example
    key = hashlib.sha256(example.text.encode()).hexdigest()[:10]
    results: list[dict[str, Any]] = []
    for start, end, label in example.slots or ():
        value = {"start": start, "end": end, "text": example.text[start:end], "labels": [label]}
        results.append({"from_name": SPANS, "type": "labels", "value": value})
    for field, said in annotation.labels.items():
        chosen = [said] if isinstance(said, str) else list(said)
        if chosen:
            results.append({"from_name": field, "type": "choices", "value": {"choices": chosen}})
    numbered = [{"id": f"{key}-{n}", "to_name": TEXT, **result} for n, result in enumerate(results)]
    data = {TEXT: example.text} if example.group is None else {TEXT: example.text, "group": example.group}
    score = round(annotation.confidence, 4)
    return {"data": data, "predictions": [{"model_version": annotation.proposer, "score": score, "result": numbered}]}


def _tasks(path: str | os.PathLike[str]) -> list[Any]:
    file = os.fspath(path)
    try:
        content, _ = decode_text(Path(path).read_bytes(), file)
        tasks = json.loads(content)
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=file) from error
    except DataError:
        raise
    except (ValueError, RecursionError) as error:
        raise DataError(f"Expected JSON. {error}", file=file) from error
    if not isinstance(tasks, list) or not tasks:
        raise DataError("Expected a list of tasks, Label Studio's export as JSON. Received: none", file=file)
    return tasks


def _chosen(task: Any, annotator: str, where: _Where) -> _Chosen:
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get(TEXT), str):
        raise DataError(
            "Expected a task with its text under data.text. Export as JSON, not as JSON-MIN",
            file=where[0],
            row=where[1],
        )
    submitted = [one for one in _objects(task, "annotations", where) if not one.get("was_cancelled")]
    mine = [one for one in submitted if not annotator or annotator in _names(one.get("completed_by"))]
    people = sorted({str(one.get("completed_by")) for one in mine})
    if len(people) > 1:
        raise DataError(
            f"Expected the work of one annotator. Received: that of {people}. Choose one of them",
            file=where[0],
            row=where[1],
        )
    predictions = _objects(task, "predictions", where)
    prediction = predictions[-1] if predictions else {}
    source = mine[-1] if mine else prediction
    return bool(mine), _objects(source, "result", where), prediction


def _objects(holder: Mapping[str, Any], name: str, where: _Where) -> list[dict[str, Any]]:
    found = holder.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise DataError(f"Expected a list of objects under {name!r}", file=where[0], row=where[1])
    return found


def _names(completed_by: Any) -> set[str]:
    """Give the names of an annotator: an id, or the object that some exports have in its place."""
    values = completed_by.values() if isinstance(completed_by, dict) else [completed_by]
    return {str(value) for value in values}


def _annotation(task: Mapping[str, Any], chosen: _Chosen, asked: Collection[Any], where: _Where) -> Annotation:
    checked, results, prediction = chosen
    text, group = task["data"][TEXT], task["data"].get("group")
    spans: list[Span] = []
    labels: dict[str, Any] = {ASPECTS: ()} if ASPECTS in asked else {}
    for result in results:
        field, value = result.get("from_name"), result.get("value")
        if not isinstance(value, dict):
            raise DataError("Expected a result with a value", file=where[0], row=where[1])
        if field == SPANS:
            spans.append(_span(value, text, where))
        elif field in (*TEXT_LABELS, ASPECTS):
            labels[field] = _choices(field, value, where)
        else:
            known = [SPANS, *TEXT_LABELS, ASPECTS]
            raise DataError(f"Expected from_name in {known}. Received: {field!r}", file=where[0], row=where[1])
    score = prediction.get("score")
    confidence = float(score) if isinstance(score, (int, float)) else 0.0
    slots = tuple(sorted(set(spans))) if SPANS in asked else None
    try:
        example = Example(
            text, slots=slots, language=language_of(text), group=None if group is None else str(group), **labels
        )
        return Annotation(example, str(prediction.get("model_version") or ""), confidence, checked)
    except ValueError as error:
        raise DataError(str(error), file=where[0], row=where[1]) from error


def _choices(field: str, value: Mapping[str, Any], where: _Where) -> str | tuple[str, ...]:
    chosen = value.get("choices")
    if not isinstance(chosen, list) or not chosen or not all(isinstance(one, str) for one in chosen):
        raise DataError(f"Expected choices for {field!r}. Received: {chosen!r}", file=where[0], row=where[1])
    if field == ASPECTS:
        return tuple(dict.fromkeys(chosen))
    if len(chosen) > 1:
        raise DataError(f"Expected one choice for {field!r}. Received: {chosen!r}", file=where[0], row=where[1])
    return str(chosen[0])


def _span(value: Mapping[str, Any], text: str, where: _Where) -> Span:
    start, end, labels, surface = (value.get(name) for name in ("start", "end", "labels", "text"))
    if type(start) is not int or type(end) is not int or not isinstance(labels, list) or len(labels) != 1:
        raise DataError(
            f"Expected a span with start, end and one label. Received: {dict(value)!r}", file=where[0], row=where[1]
        )
    if surface is None or (0 <= start < end and text[start:end] == surface):
        return start, end, str(labels[0])
    units = text.encode("utf-16-le", errors="surrogatepass")[2 * max(start, 0) : 2 * max(end, 0)]
    if 0 <= start < end and units.decode("utf-16-le", errors="replace") == surface:
        first = len(text.encode("utf-16-le", errors="surrogatepass")[: 2 * start].decode("utf-16-le", errors="replace"))
        return first, first + len(surface), str(labels[0])
    raise DataError(
        f"Expected {surface!r} at {start} to {end}. Received: {text[max(start, 0) : max(end, 0)]!r}. "
        "The text was changed after it was annotated",
        file=where[0],
        row=where[1],
    )
