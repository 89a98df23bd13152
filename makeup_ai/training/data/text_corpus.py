"""A corpus for language pre-training: texts of any files, cleaned, without duplicates, cut into sentences, in shards.

Documents stay in the order of the files, and their sentences in that of the text, so that a sentence and the one after
it may be asked about. `documents.py` reads what is written here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from makeup_ai.errors import DataError
from makeup_ai.files import write_whole
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.training.data.cleaning import Cleaning, clean_for_corpus, count_words
from makeup_ai.training.data.corpus_card import CARD, READABLE_CARD, SCHEMA, describe
from makeup_ai.training.data.documents import Document, read_card
from makeup_ai.training.data.duplicates import Duplicates, NearDuplicates, find_duplicates
from makeup_ai.training.data.segmentation import SEGMENTERS
from makeup_ai.training.data.sentences import LONGEST, split_sentences
from makeup_ai.training.data.splits import file_sha256
from makeup_ai.training.data.texts import PARAGRAPHS, read_texts


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """How a corpus is made.

    Args:
        mapping: Columns of the tables; see `texts.read_texts`.
        plain: What is one text in a `.txt` file.
        cleaning: What is let through.
        duplicates: When two texts count as one; `None` keeps all.
        longest_sentence: Words; see `sentences.split_sentences`.
        segmenter: One of `SEGMENTERS`, or empty to leave Chinese as it is.
        brands: Words for the segmenter beside the domain's own.
        shard: Documents in a file.
    """

    mapping: str = ""
    plain: str = PARAGRAPHS
    cleaning: Cleaning = field(default_factory=Cleaning)
    duplicates: NearDuplicates | None = field(default_factory=NearDuplicates)
    longest_sentence: int = LONGEST
    segmenter: str = ""
    brands: tuple[str, ...] = ()
    shard: int = 50_000


@dataclass(slots=True)
class _Source:
    """A file on its way: what was read, and what became of it."""

    path: Path
    licence: str
    sha256: str
    read: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    garbled_lines: int = 0


@dataclass(frozen=True, slots=True)
class _Text:
    source: int
    number: int
    language: str
    text: str


def build_corpus(
    files: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    licences: Sequence[str],
    settings: CorpusSettings | None = None,
    tokenizer: Tokenizer | None = None,
) -> dict[str, Any]:
    """Make a corpus of files and write it with its data card; the folder appears whole or not at all.

    The result depends on the files and the settings alone. All texts are held in memory at once.

    Args:
        files: Read in this order; of two duplicates the first is kept.
        out: A folder that is not there yet, is empty, or holds a corpus, which is replaced.
        licences: Under which the texts may be used, as the caller says: one for all files, or one a file.
        settings: How it is made.
        tokenizer: Counts the pieces for the card.

    Returns:
        The card, as `card.json` holds it.

    Raises:
        DataError: A file cannot be read, or nothing is left of all of them; or the folder holds something else.
        ImportError: The segmenter is not installed.
        ValueError: There are no files, two of one name, or neither one licence nor one a file; or a setting is unknown.
    """
    settings = settings or CorpusSettings()
    paths = [Path(file) for file in files]
    _check(paths, licences, settings)
    target = _free(Path(out))
    segment = SEGMENTERS[settings.segmenter](settings.brands) if settings.segmenter else None
    given = list(licences) if len(licences) == len(paths) else [licences[0]] * len(paths)
    sources, texts = _read(paths, given, settings)
    texts = _without_duplicates(texts, sources, settings)
    if not texts:
        removed = sum((source.removed for source in sources), Counter[str]())
        raise DataError(f"Expected texts that are fit to train on. All were left out: {dict(removed)}")

    def documents() -> Iterator[Document]:
        for text in texts:
            sentences = tuple(split_sentences(text.text, settings.longest_sentence))
            words = tuple(tuple(segment(s)) for s in sentences) if segment and text.language == "zh" else ()
            yield Document(f"{paths[text.source].name}:{text.number}", text.language, sentences, words)

    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    unfinished.mkdir(parents=True)
    try:
        counts, shards = _write_shards(unfinished, documents(), settings.shard, tokenizer)
        card = _card(sources, counts, shards, settings)
        write_whole(unfinished / READABLE_CARD, describe(card))
        write_whole(unfinished / CARD, json.dumps(card, ensure_ascii=False, indent=1) + "\n")
        _replace(target, unfinished)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return card


def _check(paths: Sequence[Path], licences: Sequence[str], settings: CorpusSettings) -> None:
    names = [path.name for path in paths]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"Expected files of different names, which tell their texts apart. Received: {names}")
    if len(licences) not in (1, len(paths)) or not all(licence.strip() for licence in licences):
        raise ValueError(f"Expected one licence, or one for each of {len(paths)} files. Received: {list(licences)}")
    if settings.segmenter and settings.segmenter not in SEGMENTERS:
        raise ValueError(f"Expected one of {sorted(SEGMENTERS)}. Received: segmenter={settings.segmenter!r}")
    if settings.shard < 1:
        raise ValueError(f"Expected a shard of at least one document. Received: shard={settings.shard}")


def _free(target: Path) -> Path:
    """Refuse a place that holds what is not ours, before hours of work."""
    if target.is_dir() and any(target.iterdir()):
        try:
            read_card(target)
        except DataError as error:
            raise DataError(
                "Expected a folder that is empty or holds a corpus. It holds other files. Choose another",
                file=str(target),
            ) from error
    elif target.exists() and not target.is_dir():
        raise DataError("Expected a folder to write the corpus to. Received: a file", file=str(target))
    return target


def _read(
    paths: Sequence[Path], licences: Sequence[str], settings: CorpusSettings
) -> tuple[list[_Source], list[_Text]]:
    sources, texts = [], []
    for place, (path, licence) in enumerate(zip(paths, licences, strict=True)):
        rows = read_texts(path, settings.mapping, settings.plain)
        source = _Source(path, licence, file_sha256(path), read=len(rows))
        sources.append(source)
        for number, text in rows:
            cleaned = clean_for_corpus(text, settings.cleaning)
            source.garbled_lines += cleaned.garbled_lines
            if cleaned.reason:
                source.removed[cleaned.reason] += 1
            else:
                source.masked.update(cleaned.masked)
                texts.append(_Text(place, number, cleaned.language, cleaned.text))
    return sources, texts


def _without_duplicates(texts: list[_Text], sources: Sequence[_Source], settings: CorpusSettings) -> list[_Text]:
    if settings.duplicates is None:
        return texts
    found: Duplicates = find_duplicates([text.text for text in texts], settings.duplicates)
    kept = []
    for text, original, exact in zip(texts, found.original.tolist(), found.exact.tolist(), strict=True):
        if original < 0:
            kept.append(text)
        else:
            sources[text.source].removed["duplicate" if exact else "near-duplicate"] += 1
    return kept


def _write_shards(
    folder: Path, documents: Iterable[Document], size: int, tokenizer: Tokenizer | None
) -> tuple[dict[tuple[str, str], Counter[str]], list[dict[str, Any]]]:
    """Write the shards; return counts by source and language, and the list of shards."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    shards: list[dict[str, Any]] = []
    lines: list[str] = []

    def flush() -> None:
        content = "".join(lines).encode()
        name = f"documents-{len(shards):05d}.jsonl"
        write_whole(folder / name, content)
        shards.append({"file": name, "documents": len(lines), "sha256": hashlib.sha256(content).hexdigest()})
        lines.clear()

    for document in documents:
        key = (document.id.rpartition(":")[0], document.language)
        counts.setdefault(key, Counter()).update(_measure(document, tokenizer))
        row: dict[str, Any] = {"id": document.id, "language": document.language, "sentences": document.sentences}
        if document.words:
            row["words"] = document.words
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
        if len(lines) == size:
            flush()
    if lines:
        flush()
    return counts, shards


def _measure(document: Document, tokenizer: Tokenizer | None) -> Counter[str]:
    counts = Counter({"documents": 1, "sentences": len(document.sentences)})
    counts["characters"] = sum(map(len, document.sentences))
    for sentence in document.sentences:
        counts.update({f"{kind}_words": n for kind, n in count_words(sentence).items()})
    counts["segmented_words"] = sum(map(len, document.words))
    if tokenizer is not None:
        encoded = tokenizer.encode_batch(document.sentences, 1 << 30)
        counts["pieces"] = sum(len(encoding.token_ids) - 2 for encoding in encoded)
    return +counts


def _card(
    sources: Sequence[_Source],
    counts: Mapping[tuple[str, str], Counter[str]],
    shards: Sequence[Mapping[str, Any]],
    settings: CorpusSettings,
) -> dict[str, Any]:
    languages = sorted({language for _, language in counts})
    totals = {
        language: dict(sorted(sum((n for key, n in counts.items() if key[1] == language), Counter[str]()).items()))
        for language in languages
    }
    return {
        "corpus_schema": SCHEMA,
        "languages": totals,
        "sources": [
            {
                "file": source.path.name,
                "sha256": source.sha256,
                "licence": source.licence,
                "read": source.read,
                "kept": {
                    language: dict(sorted(counts[source.path.name, language].items()))
                    for language in languages
                    if (source.path.name, language) in counts
                },
                "removed": dict(sorted(source.removed.items())),
                "masked": dict(sorted(source.masked.items())),
                "garbled_lines": source.garbled_lines,
            }
            for source in sources
        ],
        "settings": asdict(settings),
        "shards": list(shards),
    }


def _replace(target: Path, unfinished: Path) -> None:
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    if target.exists():
        target.rename(old)
    unfinished.rename(target)
    shutil.rmtree(old, ignore_errors=True)
