"""What was seen in a photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
