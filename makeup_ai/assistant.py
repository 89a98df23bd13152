"""The assistant: opens a bundle and answers people, offline. The route of one consultation reads like `consult`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from makeup_ai.bundle import Bundle
from makeup_ai.content.answer import compose
from makeup_ai.content.page import advice_page
from makeup_ai.errors import BundleError, ModelsMissingError
from makeup_ai.files import write_whole
from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.linking import Linker
from makeup_ai.recommend.needs import Needs, gather
from makeup_ai.recommend.rank import Ranking, recommend
from makeup_ai.recommend.routine import RoutineTable
from makeup_ai.recommend.tables import Tables
from makeup_ai.runtime.session import Session, open_session
from makeup_ai.schema import LANGUAGES, Advice, Intent, Profile, SkinReport, Understanding
from makeup_ai.search.answering import Answer, Answering
from makeup_ai.search.faq import read_faq
from makeup_ai.search.kinds import Asking
from makeup_ai.search.products import Found
from makeup_ai.text.calibration import Calibration
from makeup_ai.text.language import LanguageDetector
from makeup_ai.text.lexicon import Lexicon
from makeup_ai.text.tokenizer import Tokenizer
from makeup_ai.text.understander import Understander

if TYPE_CHECKING:
    from makeup_ai.vision.analyse import SkinAnalyser

MODEL_FILES = {"tflite": "models/understanding.tflite", "onnx": "models/understanding.onnx"}
"""The understanding model's file for each runtime."""

CALIBRATION = "tables/calibration.json"
"""Of the models' confidences; only bundles of calibrated runs have it."""


class Recommended(NamedTuple):
    """What is advised, and the ranking behind it, which explains any product."""

    advice: Advice
    ranking: Ranking


class Assistant:
    """A bundle, ready to be asked.

    Made by `Assistant.load`; one instance serves one conversation at a time.

    Examples:
        >>> assistant = Assistant.load("build/demo/bundle")  # doctest: +SKIP
        >>> assistant.consult("a matte foundation for oily skin under $30").answer  # doctest: +SKIP
    """

    def __init__(self, bundle: Bundle, runtime: str = "tflite", threads: int = 1):
        if runtime not in MODEL_FILES:
            raise ValueError(f"Unknown runtime. Expected one of {sorted(MODEL_FILES)}. Received: runtime={runtime!r}")
        self.bundle = bundle
        listed = [name.removeprefix("tables/") for name in bundle.manifest.files if name.startswith("tables/")]
        self.tables = Tables.load(bundle.folder / "tables", listed)
        self.lexicon = Lexicon(bundle.table("domain"))
        self.tokenizer = Tokenizer(bundle.path("tokenizer.json"))
        self.knowledge_table = bundle.table("knowledge")
        self._linker = Linker(Knowledge.from_table(self.knowledge_table))
        labels = bundle.table("labels")
        session = open_session(bundle.path(MODEL_FILES[runtime]), threads)
        _check_fit(bundle, MODEL_FILES[runtime], session, labels, self.tables)
        self.understander = Understander(
            session,
            self.tokenizer,
            labels=labels,
            lexicon=self.lexicon,
            detect=LanguageDetector(bundle.table("languages")),
            max_length=bundle.manifest.max_length,
            calibration=_calibration(bundle),
        )

    @classmethod
    def load(cls, folder: str | Path, runtime: str = "tflite", threads: int = 1) -> Assistant:
        """Open a bundle, check it, and load its understanding model.

        Args:
            folder: Of the bundle.
            runtime: `"tflite"` (LiteRT) or `"onnx"` (ONNX Runtime).
            threads: Cores one call may use.

        Raises:
            BundleError: The bundle is incomplete, changed or of another generation; the message names the file.
            ValueError: The runtime is unknown.
        """
        bundle = Bundle.open(folder)
        try:
            return cls(bundle, runtime, threads)
        except (KeyError, TypeError, AttributeError) as error:
            raise BundleError(f"{str(folder)!r}: the tables do not fit together ({error!r}). Make it again.") from error

    def consult(
        self, text: str, photo: str | Path | bytes | None = None, profile: Profile | None = None, top: int | None = None
    ) -> Advice:
        """Answer one question.

        Args:
            text: What the person writes; of any length, in any language.
            photo: A file or its bytes; read in memory and never written.
            profile: What the person has told before, or `None`.
            top: Products to offer; the bundle's own number by default.

        Raises:
            TypeError: `text` is not a string.
            PhotoError: The photo cannot be read.
            ModelsMissingError: A photo was given, and the face models are neither in the bundle nor in the cache.
            ValueError: A field of the profile cannot be used.
        """
        if not isinstance(text, str):
            raise TypeError(f"Expected the question as a string. Received: {type(text).__name__}")
        text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates can be neither printed nor written
        skin = None if photo is None else self.look(photo)
        return self._advise(text, self.understander.understand(text), profile, skin, top=top).advice

    def recommend(
        self, text: str = "", profile: Profile | None = None, top: int | None = None, language: str | None = None
    ) -> Recommended:
        """Recommend products by a profile, by words, or by both, whatever the words seem to ask for.

        Args:
            text: What the person writes; nothing, to go by the profile alone.
            profile: What the person has told before, or `None`.
            top: Products to offer; the bundle's own number by default.
            language: Of names and reasons, `"en"` or `"zh"`; the text's own by default.

        Raises:
            TypeError: `text` is not a string.
            ValueError: The language is unknown, `top` is not above zero, or a field of the profile cannot be used.
        """
        if text and not text.isspace():
            text, language, understanding, _ = self._read(text, language)
        elif language is not None and language not in LANGUAGES:
            raise ValueError(f"Unknown language. Expected one of {list(LANGUAGES)}. Received: language={language!r}")
        else:
            understanding = Understanding(language or LANGUAGES[0], Intent("recommend", 1.0), ())
        return self._advise(text, understanding, profile, None, top=top, language=language, route="recommend")

    def _advise(
        self,
        text: str,
        understanding: Understanding,
        profile: Profile | None,
        skin: SkinReport | None,
        *,
        top: int | None,
        language: str | None = None,
        route: str | None = None,
    ) -> Recommended:
        language = language or (understanding.language if understanding.language in LANGUAGES else LANGUAGES[0])
        profile = None if profile is None else canonical(profile, self.lexicon)
        needs = self.gather(understanding, profile, skin)
        ranking = recommend(self.tables, needs, understanding.embedding, language, top)
        composed = compose(
            text=text,
            understanding=understanding,
            needs=needs,
            ranking=ranking,
            skin=skin,
            knowledge=self.knowledge_table,
            tables=self.tables,
            language=language,
            plans=self.routines,
            route=route,
        )
        advice = Advice(
            language=language,
            understanding=understanding,
            skin=skin,
            recommendations=composed.recommendations,
            cautions=composed.cautions,
            answer=composed.answer,
        )
        return Recommended(advice, ranking)

    def ask(self, text: str, language: str | None = None) -> Answer:
        """Answer a question about ingredients, products, routines or use from what is on record, and cite it.

        Args:
            text: What the person writes; of any length, in any language. What it orders is not followed.
            language: Of the answer, `"en"` or `"zh"`; the text's own by default.

        Raises:
            TypeError: `text` is not a string.
            ValueError: The language is unknown.
        """
        text, language, understanding, needs = self._read(text, language)
        return self.answering.ask(text, language, needs, understanding.embedding)

    def search(self, text: str, language: str | None = None, top: int = 10) -> Found:
        """Find products by words, by what is needed, and by what they are free of.

        Args:
            text: What the person writes.
            language: Of names and reasons, `"en"` or `"zh"`; the text's own by default.
            top: Products at most, above zero.

        Raises:
            TypeError: `text` is not a string.
            ValueError: The language is unknown, or `top` is not above zero.
        """
        text, language, understanding, needs = self._read(text, language)
        return self.answering.search(text, language, needs, understanding.embedding, top)

    def _read(self, text: str, language: str | None) -> tuple[str, str, Understanding, Needs]:
        if not isinstance(text, str):
            raise TypeError(f"Expected the question as a string. Received: {type(text).__name__}")
        if language is not None and language not in LANGUAGES:
            raise ValueError(f"Unknown language. Expected one of {list(LANGUAGES)}. Received: language={language!r}")
        text = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates can be neither printed nor written
        understanding = self.understander.understand(text)
        own = understanding.language if understanding.language in LANGUAGES else LANGUAGES[0]
        needs = self.gather(understanding)
        return text, language or own, understanding, needs

    @cached_property
    def routines(self) -> RoutineTable:
        """How routines are made: the bundle's table, or the package's where a bundle is older than it."""
        bundle = self.bundle
        has = bundle.has("tables/routine.json")
        return RoutineTable.from_dict(bundle.table("routine")) if has else RoutineTable.packaged()

    @cached_property
    def answering(self) -> Answering:
        """What answers and searches; made at the first question and kept for the next."""
        bundle = self.bundle
        asking = Asking.from_dict(bundle.table("asking")) if bundle.has("tables/asking.json") else Asking.packaged()
        faq = read_faq(bundle.table("faq")) if bundle.has("tables/faq.json") else ()
        return Answering(self._linker.knowledge, self.tables, asking, faq, self.understander.embed)

    def look(self, photo: str | Path | bytes) -> SkinReport:
        """Measure what a photo can honestly tell; see `makeup_ai.vision`."""
        return self._analyser.analyse(photo)

    @cached_property
    def _analyser(self) -> SkinAnalyser:
        """Opened at the first photo and kept for the next."""
        return open_analyser(self.bundle)

    def gather(
        self, understanding: Understanding, profile: Profile | None = None, skin: SkinReport | None = None
    ) -> Needs:
        """Bring together what words, a profile in the domain's own values and a photo say; see `recommend.needs`."""
        return gather(
            understanding,
            profile,
            skin,
            self.lexicon,
            self.tables,
            resolve_avoid=self.resolve_avoid,
            is_spelling=self.is_spelling,
        )

    def resolve_avoid(self, name: str) -> Iterable[str]:
        """Return the masks that a free name of an allergen stands for; none where it is not known."""
        value = self.lexicon.value("avoid", name)  # words of groups that no pack prints: "unscented", "vegan"
        return {*self._linker.resolve_avoid(name), *([f"avoid:{value}"] if value else [])}

    def is_spelling(self, name: str) -> bool:
        """Return whether a free name of an allergen is known as it stands."""
        return self._linker.is_spelling(name) or self.lexicon.value("avoid", name) is not None

    def write_page(self, advice: Advice, path: Path) -> None:
        """Write an advice as a page of HTML, whole or not at all."""
        write_whole(path, advice_page(advice, self.tables).encode("utf-8", "replace"))


def open_analyser(bundle: Bundle, models_folder: str | Path | None = None) -> SkinAnalyser:
    """Open what measures photos, with a bundle's table and models.

    Args:
        bundle: Its models are taken where it carries them, the cache's otherwise.
        models_folder: Folder with the face models, instead of both.

    Raises:
        ModelsMissingError: The face models are in none of them.
    """
    from makeup_ai.vision.analyse import SkinAnalyser  # OpenCV takes memory that words alone do not need
    from makeup_ai.vision.face_models import SHA256, locate

    inside = all(bundle.has(f"models/{name}") for name in SHA256)
    models = models_folder or (bundle.folder / "models" if inside else None)
    try:
        locate(models)
    except ModelsMissingError as error:
        raise ModelsMissingError(str(error) if models else f"{error} This bundle was made without them.") from error
    return SkinAnalyser(models, bundle.table("vision"))


def canonical(profile: Profile, lexicon: Lexicon) -> Profile:
    """Return a profile in the domain's own values ("pregnant" -> "pregnancy").

    Raises:
        ValueError: A skin type, concern or condition is not in the domain's words. Passing it by would promise a
            protection that nothing stands behind.
    """

    def values(slot: str, words: Iterable[str]) -> tuple[str, ...]:
        if slot not in lexicon.domain["slots"]:
            return tuple(words)  # a profile may speak of skin to a guide of other goods
        known = sorted(lexicon.domain["values"].get(slot, {}))
        found = [word if word in known else lexicon.value(slot, word) for word in words]
        if None in found:
            raise ValueError(f"Expected a profile's {slot} as one of {known}, or a word for it. Received: {[*words]}")
        return tuple(str(value) for value in found)

    return replace(
        profile,
        skin_type=None if profile.skin_type is None else values("skin_type", [profile.skin_type])[0],
        concerns=values("concern", profile.concerns),
        conditions=values("condition", profile.conditions),
    )


def _calibration(bundle: Bundle) -> Calibration:
    """Return the bundle's calibration, which is empty where it was made without one."""
    if not bundle.has(CALIBRATION):
        return Calibration()
    try:
        return Calibration.from_dict(bundle.table("calibration"))
    except ValueError as error:
        raise BundleError(f"{CALIBRATION}: {error}") from error


def _check_fit(
    bundle: Bundle, name: str, session: Session, labels: Mapping[str, Sequence[str]], tables: Tables
) -> None:
    """Hold the labels, the lengths and the product vectors to what the model gives."""
    if not session.lengths or max(session.lengths) < bundle.manifest.max_length:
        longest = max(session.lengths, default=0)
        raise BundleError(f"{name}: expected texts of {bundle.manifest.max_length} pieces. Received: {longest}")
    for signature in session.signatures.values():
        widths = {output: tensor.shape[-1] for output, tensor in signature.outputs.items()}
        for head in ("intent", "slots", "sentiment"):
            if (width := widths.get(head)) is not None and width != len(labels.get(head, ())):
                raise BundleError(
                    f"tables/labels.json: expected {width} labels of {head!r}, as {name} gives. "
                    f"Received: {len(labels.get(head, ()))}"
                )
        sizes = {bundle.manifest.embedding_dim, tables.embeddings.shape[1], widths.get("embedding")} - {None}
        if tables.products and len(sizes) > 1:
            raise BundleError(
                f"tables/embeddings.bin: expected vectors as wide as manifest.json says and {name} gives. "
                f"Received: {sorted(size for size in sizes if size)}"
            )
