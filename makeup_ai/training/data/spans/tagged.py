"""Tagged lines, the layout of CoNLL: a character or word a line, its tag behind it, and an empty line between texts.

The tags are BIO, or any of its kin that mark ends and singles (BIOES, BIEOS, BILOU, BMES). A tag that goes on with a
span which is not open opens one, as conlleval reads it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from makeup_ai.errors import DataError
from makeup_ai.training.data.examples import Example, Span
from makeup_ai.training.data.layouts import SCRIPTS, language_of
from makeup_ai.training.data.tables import decode_text

SUFFIXES = frozenset({".bieos", ".bilou", ".bio", ".bioes", ".bmes", ".conll", ".iob", ".iob2"})
OUTSIDE = "O"
OPENING, CLOSING, INSIDE = frozenset("BSU"), frozenset("ELSU"), frozenset("IM")
"""Prefixes that begin a span, that end one, and that do neither."""
DOCUMENT = "-DOCSTART-"


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    tag: str
    row: int


def read_tagged(path: str | os.PathLike[str]) -> list[Example]:
    """Read tagged lines as examples whose `slots` are the spans that the tags mark.

    On each line the first column is the token and the last its tag, with tabs between them, or blanks where the line
    has no tab. Where every token of the file is one character, they are joined as they stand; otherwise they are words,
    and a space is put between two of them, unless a Chinese or Japanese character stands on either side.

    Args:
        path: UTF-8 or GB18030; the suffix is one of `SUFFIXES`.

    Raises:
        DataError: The file cannot be read or holds no text, or a line has no tag or one that is not known; names the
            line as row.
    """
    file = os.fspath(path)
    try:
        content, _ = decode_text(Path(path).read_bytes(), file)
    except OSError as error:
        raise DataError(f"Expected a file that can be read. {error.strerror}", file=file) from error
    texts = list(_texts(content, file))
    if not texts:
        raise DataError("Expected lines of a token and its tag. The file holds none", file=file)
    words = any(len(token.text) > 1 for tokens in texts for token in tokens)
    return [_example(tokens, words, file) for tokens in texts]


def _texts(content: str, file: str) -> Iterator[list[_Token]]:
    tokens: list[_Token] = []
    for row, line in enumerate(content.replace("\r\n", "\n").split("\n"), start=1):
        if line.strip() and not line.startswith(DOCUMENT):
            tokens.append(_token(line, file, row))
        elif tokens:
            yield tokens
            tokens = []
    if tokens:
        yield tokens


def _token(line: str, file: str, row: int) -> _Token:
    columns = line.split("\t") if "\t" in line else line.split()
    if "\t" not in line and line[0].isspace():  # a blank is a character of the text
        columns = [line[0], *columns]
    text, tag = columns[0], columns[-1].strip()
    prefix, _, kind = tag.partition("-")
    if len(columns) < 2 or not text:
        raise DataError(f"Expected a token and its tag. Received: {line!r}", file=file, row=row)
    if tag != OUTSIDE and not (prefix in OPENING | CLOSING | INSIDE and kind):
        raise DataError(
            f"Expected a tag {OUTSIDE}, or one of {sorted(OPENING | CLOSING | INSIDE)} with a kind behind it, as in "
            f"B-brand. Received: {tag!r}",
            file=file,
            row=row,
        )
    return _Token(text, tag, row)


def _example(tokens: list[_Token], words: bool, file: str) -> Example:
    text = ""
    spans: list[Span] = []
    open_kind = ""
    for token in tokens:
        if words and text and not (_is_dense(text[-1]) or _is_dense(token.text[0])):
            text += " "
        start, text = len(text), text + token.text
        prefix, _, kind = token.tag.partition("-")
        if not kind:
            open_kind = ""
            continue
        if kind == open_kind and prefix not in OPENING:
            spans[-1] = (spans[-1][0], len(text), kind)
        else:
            spans.append((start, len(text), kind))
        open_kind = "" if prefix in CLOSING else kind
    try:
        return Example(text, slots=tuple(spans), language=language_of(text))
    except ValueError as error:
        raise DataError(str(error), file=file, row=tokens[0].row) from error


def _is_dense(character: str) -> bool:
    """Tell whether a character is of a script that puts no space between words."""
    return any(SCRIPTS[script][0].match(character) for script in ("Han", "Kana"))
