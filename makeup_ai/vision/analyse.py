"""One photo to one skin report; nothing is kept and nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from makeup_ai.schema import Face, SkinReport
from makeup_ai.vision.capture import is_grey, is_greyscale, judge
from makeup_ai.vision.face import FaceFinder
from makeup_ai.vision.measure import measure
from makeup_ai.vision.patch import FacePatch, cut_patch
from makeup_ai.vision.photo import Photo, read_photo
from makeup_ai.vision.report import read_cues, section
from makeup_ai.vision.table import Table, check_table, default_table
from makeup_ai.vision.tone import tone_or_reason

_LARGE = 31 * 2**20  # bytes; glibc follows freed blocks of up to 32 MiB


def keep_memory() -> None:
    """Let the C library keep what one report frees for the next one, instead of giving every picture back.

    A page that comes back from the system is cleared first, which took a tenth of a report. Once a large block has been
    freed, glibc keeps blocks up to its size (mallopt(3), `M_MMAP_THRESHOLD`); elsewhere this does nothing.
    """
    np.empty(_LARGE, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A report together with what it was read from, for whoever draws it or compares two.

    Args:
        report: What the photo told.
        photo: The photo.
        patch: The face that was measured, or `None` where none was found.
    """

    report: SkinReport
    photo: Photo
    patch: FacePatch | None


class SkinAnalyser:
    """Measures skin in photos; the models are opened at the first photo and reused. Not to be shared between threads.

    Args:
        models_folder: Folder with the three face models; the cache where `None`.
        table: Thresholds and sentences, `table.default_table()` where `None`.
        num_threads: Of each model.

    Raises:
        ModelsMissingError: A model file is not there.
        ValueError: The table is of another schema.
    """

    def __init__(self, models_folder: str | Path | None = None, table: Table | None = None, *, num_threads: int = 1):
        self.table = default_table() if table is None else check_table(table)
        self._finder = FaceFinder(models_folder, num_threads=num_threads)
        keep_memory()

    def analyse(self, photo: Photo | str | Path | bytes) -> SkinReport:
        """Measure one photo: face, capture gate, then colour and cues where the gate lets them through.

        Args:
            photo: A photo already read, or what `read_photo` takes.

        Raises:
            PhotoError: The photo cannot be read.
        """
        return self.examine(photo).report

    def examine(self, photo: Photo | str | Path | bytes) -> Examined:
        """Measure one photo, and keep hold of the face that was measured; see `analyse`."""
        photo = photo if isinstance(photo, Photo) else read_photo(photo)
        table = self.table
        mesh = self._finder.find(photo.pixels)
        if mesh is None:
            grey = is_greyscale(photo.pixels, table)
            capture = judge({"face": 0.0}, table, greyscale=grey)
            report = SkinReport(None, capture, grey, tone=None, withheld_because=dict(table["withheld"]["face"]))
            return Examined(report, photo, patch=None)
        patch = cut_patch(photo.pixels, mesh)
        values = measure(patch, table)
        grey = is_grey(values["gate.greyscale"], table)
        known = {"face": float(mesh.count), "eye_distance": mesh.eye_distance, "roll": mesh.roll}
        capture = judge(known | section(values, "gate"), table, greyscale=grey)
        tone, withheld = tone_or_reason(values, capture, table, greyscale=grey)
        cues = read_cues({**values, "eye_distance": mesh.eye_distance}, capture, table, greyscale=grey)
        left, top, width, height = (side * photo.scale for side in mesh.box)
        face = Face((left, top, width, height), mesh.confidence, mesh.count, mesh.eye_distance * photo.scale)
        report = SkinReport(face, capture, grey, tone, withheld_because=withheld, cues=cues)
        return Examined(report, photo, patch)
