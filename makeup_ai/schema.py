"""The frozen values that travel between the rooms of the house.

Every value here is immutable, holds only Python scalars, tuples, mappings and other values, and turns into JSON with
`to_dict`. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

LANGUAGES = ("en", "zh")
"""Languages the assistant reads and writes; anything else is answered in English, with a word about it."""


def to_dict(value: Any) -> Any:
    """Turn a value of this module into plain JSON types, recursively.

    Examples:
        >>> to_dict(Intent(label="recommend", confidence=0.9))
        {'label': 'recommend', 'confidence': 0.9}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_dict(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): to_dict(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_dict(v) for v in value]
    return value


# --- what a shop sells ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shade:
    """One shade of a product.

    Args:
        shade_id: Unique within its product.
        name: Display name by language, `{"en": ..., "zh": ...}`.
        hex: sRGB colour as `#RRGGBB`.
        undertone: `"cool"`, `"neutral"`, `"warm"` or `None` where it has none (a lipstick).
    """

    shade_id: str
    name: Mapping[str, str]
    hex: str
    undertone: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """One product of the catalogue.

    Args:
        product_id: Unique in the catalogue.
        brand: Brand name as printed.
        name: Display name by language.
        category: A value of the domain's `category` slot (`"serum"`, `"lipstick"`).
        price: In `currency`, above zero.
        currency: ISO 4217 code.
        size: As printed (`"30 ml"`).
        ingredients: INCI names in the order of the pack.
        attributes: What the brand itself declares, slot -> values (`{"finish": ("matte",), "skin_type": ("oily",)}`).
        description: One or two sentences by language.
        shades: Empty where the product comes in one form.
        in_stock: Products out of stock are never offered.
    """

    product_id: str
    brand: str
    name: Mapping[str, str]
    category: str
    price: float
    currency: str
    size: str
    ingredients: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]
    description: Mapping[str, str]
    shades: tuple[Shade, ...] = ()
    in_stock: bool = True

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Product:
        """Build a product from one JSON object of a catalogue table.

        Raises:
            ValueError: A required field is missing, the price is not above zero, or a shade's hex is malformed.
        """
        required = [f.name for f in fields(cls) if f.name not in {"shades", "in_stock"}]
        missing = [name for name in required if name not in row]
        if missing:
            raise ValueError(
                f"A product needs the fields {required}. Missing: {missing} in product_id={row.get('product_id')!r}"
            )
        shades = tuple(Shade(**shade) for shade in row.get("shades", ()))
        for shade in shades:
            digits = shade.hex.removeprefix("#")
            if len(shade.hex) != 7 or len(digits) != 6 or any(c not in "0123456789abcdefABCDEF" for c in digits):
                raise ValueError(f"A shade's hex is #RRGGBB. Received: hex={shade.hex!r} in {row['product_id']!r}")
        if not float(row["price"]) > 0:
            raise ValueError(f"A price is above zero. Received: price={row['price']!r} in {row['product_id']!r}")
        return cls(
            product_id=str(row["product_id"]),
            brand=str(row["brand"]),
            name=dict(row["name"]),
            category=str(row["category"]),
            price=float(row["price"]),
            currency=str(row["currency"]),
            size=str(row["size"]),
            ingredients=tuple(row["ingredients"]),
            attributes={slot: tuple(values) for slot, values in row["attributes"].items()},
            description=dict(row["description"]),
            shades=shades,
            in_stock=bool(row.get("in_stock", True)),
        )


# --- who asks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person has chosen to tell; every field is optional.

    Args:
        skin_type: A value of the domain's `skin_type` slot.
        concerns: Values of the `concern` slot.
        allergies: Ingredient or group names, in any spelling the knowledge can link.
        conditions: Values of the `condition` slot (`"pregnancy"`).
        budget: The most a single product may cost, in the catalogue's currency.
        tone: Skin colour as CIELAB (L*, a*, b*; D65), measured earlier with consent.
        owned: Product ids in use.

    Raises:
        ValueError: A field is of another type; a single string is no list of strings.
    """

    skin_type: str | None = None
    concerns: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    budget: float | None = None
    tone: tuple[float, float, float] | None = None
    owned: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would be read letter by letter, or fail far from here."""
        if not isinstance(self.skin_type, str | None):
            raise ValueError(f"Expected a profile's skin_type as a string. Received: {self.skin_type!r}")
        for name in ("concerns", "allergies", "conditions", "owned"):
            values = getattr(self, name)
            if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
                raise ValueError(f"Expected a profile's {name} as a list of strings. Received: {values!r}")
        numbers = {"budget": (self.budget,), "tone": self.tone}
        for name, found in numbers.items():
            if not isinstance(found, list | tuple | None) or any(
                isinstance(x, bool) or not isinstance(x, int | float | None) for x in found or ()
            ):
                raise ValueError(f"Expected a profile's {name} in numbers. Received: {getattr(self, name)!r}")


# --- what was understood ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Intent:
    """The intent of an utterance and its probability in [0, 1]."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Slot:
    """One span of the text that fills a slot.

    Args:
        slot: Name of the slot (`"skin_type"`).
        text: The span as written.
        value: Canonical value of the domain (`"oily"`), or `None` where the words are not in its lexicon.
        start: First character in the text, in Unicode code points.
        end: One past the last character.
        confidence: Mean probability of the span's labels, in [0, 1]; 1 for a match found by a lexicon pattern.
    """

    slot: str
    text: str
    value: str | None
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one pass of the understanding model and the domain's lexicon read in a text.

    Args:
        language: `"en"`, `"zh"` or `"other"`.
        intent: The most probable intent.
        slots: Spans in the order of the text.
        sentiment: Probability in [0, 1] that the text is favourable, or `None` where the model has no such head.
        embedding: Unit vector for retrieval, or empty.
        truncated: Whether the text was longer than the model reads.
    """

    language: str
    intent: Intent
    slots: tuple[Slot, ...]
    sentiment: float | None = None
    embedding: tuple[float, ...] = field(default=(), repr=False)
    truncated: bool = False


# --- what was seen ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """One measurement of the capture gate.

    Args:
        name: What is measured (`"blur"`).
        value: The measurement.
        unit: Its unit.
        threshold: The limit it was held to, in the same unit.
        passed: Whether it is within the limit.
        advice: One sentence on how to retake the photo, by language; empty when passed.
        severity: What failing means: `"refuse"` the photo, withhold its `"colour"`, or `"warn"`.
    """

    name: str
    value: float
    unit: str
    threshold: float
    passed: bool
    advice: Mapping[str, str] = field(default_factory=dict)
    severity: str = "refuse"


@dataclass(frozen=True, slots=True)
class Capture:
    """Whether a photo can carry a measurement, and each check behind the verdict.

    Args:
        accepted: Whether no check failed that refuses a photo.
        checks: Every check made, in the order of the table.
    """

    accepted: bool
    checks: tuple[Check, ...]

    def failed(self, *severities: str) -> tuple[str, ...]:
        """Name the checks that failed with one of some severities; any of them where none is given."""
        return tuple(c.name for c in self.checks if not c.passed and (not severities or c.severity in severities))


@dataclass(frozen=True, slots=True)
class Face:
    """Where the measured face is.

    Args:
        box: Left, top, width, height in pixels of the upright photo.
        confidence: Of the detector, in [0, 1].
        count: Faces found; the largest is measured.
        eye_distance: Between the iris centres, in pixels.
    """

    box: tuple[float, float, float, float]
    confidence: float
    count: int
    eye_distance: float


@dataclass(frozen=True, slots=True)
class Monk:
    """A place on the Monk Skin Tone scale, 1 (lightest) to 10 (darkest), and the interval around it of nine in ten."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tone:
    """Skin colour, as a cosmetic observation.

    Args:
        lab: CIELAB under D65: L* in [0, 100], a*, b*.
        ita_degrees: Individual typology angle, `atan2(L* - 50, b*)` in degrees (Chardon et al., 1991).
        ita_class: `"very light"` ... `"dark"` (Del Bino & Bernerd, 2013).
        uncertainty_degrees: Half width of the interval around the angle, from the spread within the face.
        undertone: `"cool"`, `"neutral"`, `"warm"` or `None` for "cannot tell".
        monk: Place on the Monk scale.
        hue_degrees: h_ab in [0, 360).
        chroma: C*ab.
    """

    lab: tuple[float, float, float]
    ita_degrees: float
    ita_class: str
    uncertainty_degrees: float
    undertone: str | None
    monk: Monk | None = None
    hue_degrees: float | None = None
    chroma: float | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """One visible cue of the skin.

    Args:
        value: The measurement.
        unit: Its unit.
        score: On a scale of 0 (none) to 100 (strong).
        regions: The measurement by facial region.
        noise: Standard deviation of the score between photos of one face under the same light.
        level: `"strength"`, `"usual"` or `"need"`; `"description"` of a cue that is neither (the colour of the eyes).
        named: Name of the colour that such a cue describes, by language; empty where it has none that is certain.
    """

    value: float
    unit: str
    score: float
    regions: Mapping[str, float]
    noise: float = 0.0
    level: str = "usual"
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkinReport:
    """What a photo could honestly tell.

    Args:
        face: `None` where no face was found.
        capture: The gate's verdict and its checks.
        greyscale: Whether the photo has no colour; then nothing is said of colour.
        tone: `None` where it was withheld.
        withheld_because: Why `tone` was withheld, by language; empty otherwise.
        cues: Cue name -> measurement; empty where the capture was refused.
    """

    face: Face | None
    capture: Capture
    greyscale: bool
    tone: Tone | None
    withheld_because: Mapping[str, str] = field(default_factory=dict)
    cues: Mapping[str, Cue] = field(default_factory=dict)


# --- what is advised --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a product's score, which is also one possible reason.

    Args:
        name: The term's kind (`"suitability"`); a score may have several of one kind, one a need.
        value: What it adds to the score. A whole number of ten-thousandths, so that sums are exact everywhere.
        evidence: What stands behind it: at least `kind`, and by kind `need`, `path`, `price`, `shade`, ...
    """

    name: str
    value: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One product offered.

    Args:
        product_id: In the bundle's catalogue.
        name: Display name in the language of the answer.
        brand: As printed.
        price: In `currency`.
        currency: ISO 4217 code.
        score: The sum of the terms' values.
        terms: Largest first.
        reasons: The largest terms in words of the user's language.
        shade: The shade suggested, or `None`.
    """

    product_id: str
    name: str
    brand: str
    price: float
    currency: str
    score: float
    terms: tuple[Term, ...]
    reasons: tuple[str, ...]
    shade: Shade | None = None


@dataclass(frozen=True, slots=True)
class Caution:
    """Something the person should know.

    Args:
        kind: A key of the phrases table (`"masked"`, `"patch_test"`, `"unknown_allergen"`).
        text: In words of the user's language.
        products: Product ids it is about; empty where it is about the question.
    """

    kind: str
    text: str
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer of one consultation; `to_dict` of it is what the command line prints.

    Args:
        language: Of the answer, `"en"` or `"zh"`.
        understanding: What was read.
        skin: What was seen, or `None` without a photo.
        recommendations: Best first.
        cautions: Each with the products it is about.
        answer: In words of the user's language.
    """

    language: str
    understanding: Understanding
    skin: SkinReport | None
    recommendations: tuple[Recommendation, ...]
    cautions: tuple[Caution, ...]
    answer: str
