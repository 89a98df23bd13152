"""The pictures of a skin page: of the photo, or drawn over a general face where the photo must stay out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

import cv2
import numpy as np

from makeup_ai.schema import Cue, SkinReport
from makeup_ai.vision import overlay
from makeup_ai.vision.canonical import SIDE, Floats
from makeup_ai.vision.cues import CUES
from makeup_ai.vision.marked import MarkedPatch
from makeup_ai.vision.measure import read_patch
from makeup_ai.vision.overlay import Outline
from makeup_ai.vision.patch import FacePatch
from makeup_ai.vision.table import Table
from makeup_ai.vision.warp import CROP
from makeup_ai.vision.wording import Wording

FACE_SIDE = 480  # pixels of the crop on a page
HEAT_SIDE = 300  # pixels of each heat map
_BEYOND = 3.0  # times the cue's scale that heat may reach before the palette is stretched


@dataclass(frozen=True, slots=True)
class Heat:
    """Where one cue was seen.

    Args:
        picture: As HTML.
        limits: What the palette's first and last colour stand for, in the unit of the cue.
    """

    picture: str
    limits: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pictures:
    """What a page shows of a face, as HTML.

    Args:
        face: With the outlines of its regions.
        heats: Cue -> where it was seen.
        of_photo: Whether they hold pixels of the photo.
    """

    face: str = ""
    heats: Mapping[str, Heat] = field(default_factory=dict)
    of_photo: bool = False


def face_pictures(patch: FacePatch | None, report: SkinReport, words: Wording) -> Pictures:
    """Make the pictures of a report: of the photo, or drawn where there is no patch or it must stay out."""
    return drawn_pictures(report, words) if patch is None else photo_pictures(patch, report, words)


def photo_pictures(patch: FacePatch, report: SkinReport, words: Wording) -> Pictures:
    """Make pictures of the photo itself: the crop with outlines, and a heat map of every cue that has a place."""
    outlines = {
        name: [overlay.onto_crop(patch, part) for part in parts] for name, parts in overlay.region_outlines().items()
    }
    face = portrait(patch, _outlined(outlines, words))
    table = words.table
    frame, places, heats = read_patch(patch, table), overlay.places_in_frame(patch, HEAT_SIDE), {}
    for name in report.cues:
        measured = CUES[name](frame)
        if measured.heat is not None:
            heat, cover = np.asarray(measured.heat()), overlay.cover_of(measured.regions)
            limits = heat_limits(heat[cover], table["cues"][name])
            picture = overlay.heat_picture(patch, heat, cover, limits, places)
            image = f'<img src="{overlay.image_text(picture, 80)}" alt="{escape(words.cue(name))}">'
            heats[name] = Heat(image, limits)
    return Pictures(face, heats, of_photo=True)


def portrait(patch: FacePatch, above: str = "") -> str:
    """Show the crop of a face, with something drawn above it in pixels of the crop."""
    small = cv2.resize(patch.crop, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)
    return _svg(CROP, f'<image href="{overlay.image_text(small)}" width="{CROP}" height="{CROP}"/>{above}')


def place_pictures(marked: MarkedPatch, *, seen: bool) -> Pictures:
    """Show a marked place with what the photo has around it, or nothing where the photo must stay out."""
    if not seen:
        return Pictures()
    side = marked.pixels.shape[0]
    rows, columns = (np.flatnonzero(marked.mask.any(axis=axis)) for axis in (1, 0))
    left, top, right, bottom = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    place = f"M{left} {top}H{right}V{bottom}H{left}Z"
    image = f'<image href="{overlay.image_text(marked.pixels)}" width="{side}" height="{side}"/>'
    veil = f'<path class="veil" fill-rule="evenodd" d="M0 0H{side}V{side}H0Z{place}"/>'
    return Pictures(_svg(side, f'{image}{veil}<path class="place" d="{place}"/>'), of_photo=True)


def heat_limits(heat: Floats, row: Table) -> tuple[float, float]:
    """Choose what heat the palette begins and ends at: the cue's own scale, or more where pixels go far beyond.

    A cue that is the mean over a region is small where its pixels are few, however strong each of them is.

    Args:
        heat: Where it is shown.
        row: Of the cue; `heat` in it, two numbers, is taken before everything.
    """
    if "heat" in row:
        low, high = row["heat"]
        return float(low), float(high)
    low, high = float(row["none"]), float(row["strong"])
    top = float(np.quantile(heat, 0.995)) if heat.size else high
    return (low, top) if high > low and top - low > _BEYOND * (high - low) else (low, high)


def drawn_pictures(report: SkinReport, words: Wording) -> Pictures:
    """Draw a general face with the regions, filled by what each measured; no pixel and no point is of the photo."""
    regions, table = overlay.region_outlines(), words.table
    face = _svg(SIDE, _head() + _outlined(regions, words))
    heats = {
        name: Heat(
            _svg(SIDE, _head() + _filled(cue, table["cues"][name], words), words.cue(name)),
            (float(table["cues"][name]["none"]), float(table["cues"][name]["strong"])),
        )
        for name, cue in report.cues.items()
        if set(cue.regions) & set(regions)
    }
    return Pictures(face, heats)


def _svg(side: int, content: str, label: str = "") -> str:
    named = f'role="img" aria-label="{escape(label)}"' if label else 'role="img"'
    return f'<svg class="face" viewBox="0 0 {side} {side}" {named}>{content}</svg>'


def _outlined(outlines: Mapping[str, Iterable[Outline]], words: Wording) -> str:
    drawn = "".join(
        f'<path d="{_path(parts)}"><title>{escape(words.region(name))}</title></path>'
        for name, parts in outlines.items()
    )
    halo = "".join(_path(parts) for parts in outlines.values())
    return f'<g class="outline"><path class="halo" d="{halo}"/>{drawn}</g>'


def _head() -> str:
    return "".join(
        f'<path class="part {name.removeprefix("right_").removeprefix("left_")}" d="{_path(parts)}"/>'
        for name, parts in sorted(overlay.feature_outlines().items(), key=lambda item: item[0] != "face")
    )


def _filled(cue: Cue, row: Table, words: Wording) -> str:
    limits = float(row["none"]), float(row["strong"])
    return "".join(
        f'<path class="region" d="{_path(overlay.region_outlines()[name])}" '
        f'fill="{overlay.hex_colour(float(overlay.share(value, limits)))}">'
        f"<title>{escape(words.region(name))}</title></path>"
        for name, value in cue.regions.items()
        if name in overlay.region_outlines()
    )


def _path(parts: Iterable[Outline]) -> str:
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in part.tolist()) + "Z" for part in parts)
