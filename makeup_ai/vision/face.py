"""The largest face of a photo: detector, 468-point mesh and irises, small LiteRT models run on square windows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from makeup_ai.vision import boxes
from makeup_ai.vision.drawing import MAX_EVEN, evenness
from makeup_ai.vision.face_models import locate
from makeup_ai.vision.window import Window

MESH_SIDE = 192  # pixels of the mesh model's square input
IRIS_SIDE = 64  # pixels of the iris model's square input
MESH_MARGIN = 1.5  # mesh window over detected box
IRIS_MARGIN = 2.3  # iris window over the span of the eye's corners
MIN_PRESENCE = 0.5
MAX_TRIED = 3  # detected faces given to the mesh model, largest first
_DOUBTFUL = 0.8  # a score below it is also what an upside-down face gets
_SMALL = 0.15  # a box below this part of its window is looked at again from near
_SMALLEST_TILE = 0.2  # of the photo's longest side
_CROWD = 1 / 6  # a largest box below this part of the photo may stand in a crowd: the others are looked for from near
_NEAR = 4.0  # side of the windows in which they are looked for, over that of the largest box

RIGHT_EYE = (33, 133)  # outer and inner corner in the mesh, of the person's right eye
LEFT_EYE = (263, 362)

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class FaceMesh:
    """One face, in pixels of the photo that was searched.

    Args:
        box: Left, top, width, height of the detector.
        confidence: Of the detector, in [0, 1].
        count: Faces found.
        points: `(468, 3)` float64 x, y and depth (towards the camera is negative) of MediaPipe's face mesh topology.
        irises: `(2, 5, 2)` x, y: the person's right and left iris, each its centre and four points of its rim.
        eye_distance: Between the iris centres.
        presence: Of the mesh model, in [0, 1].
    """

    box: tuple[float, float, float, float]
    confidence: float
    count: int
    points: Points
    irises: Points
    eye_distance: float
    presence: float

    @property
    def roll(self) -> float:
        """Lean of the line between the outer eye corners, clockwise as seen, in degrees."""
        return math.degrees(_angle(self.points[RIGHT_EYE[0], :2], self.points[LEFT_EYE[0], :2]))


@dataclass(frozen=True, slots=True, eq=False)
class _Detection:
    box: Points  # (4,) left, top, right, bottom in pixels
    eyes: Points  # (2, 2) right and left
    score: float

    @property
    def side(self) -> float:
        return float(max(self.box[2:] - self.box[:2]))

    def window(self, margin: float) -> Window:
        x, y = ((self.box[:2] + self.box[2:]) / 2.0).tolist()
        return Window(x, y, self.side * margin, _angle(*self.eyes))

    def overlaps(self, other: _Detection) -> bool:
        """Tell whether both are one face: boxes that overlap, or one that holds the middle of the other."""
        apart = np.abs((self.box[:2] + self.box[2:] - other.box[:2] - other.box[2:]) / 2.0)
        if float(apart.max()) < min(self.side, other.side) / 2.0:
            return True
        shared = boxes.overlap(self.box.astype(np.float32), other.box[None].astype(np.float32))
        return bool(shared[0] > boxes.MIN_OVERLAP)


class FaceFinder:
    """Finds the largest face; the three models are opened at the first call and kept. Not to be shared between threads.

    Args:
        models_folder: Folder with the files of `face_models.SHA256`; the cache where `None`.
        num_threads: Of each model.

    Raises:
        ModelsMissingError: A model file is not there.
    """

    def __init__(self, models_folder: str | Path | None = None, *, num_threads: int = 1):
        self._models = locate(models_folder)
        self._num_threads = num_threads
        self._opened: dict[Path, tuple[Any, int, tuple[int, ...]]] = {}
        self._anchors = boxes.anchors()

    def find(self, pixels: npt.NDArray[np.uint8]) -> FaceMesh | None:
        """Find the largest face.

        The whole photo is searched first; where that shows nothing, from farther away (close-ups), in tiles (small
        faces) and turned by quarters (lying photos): about 70 runs of the detector. Where the largest face found is
        small, others of its size are looked for from near: about 40 more at most. Drawn faces are passed over.

        Args:
            pixels: `(rows, columns, 3)` uint8 sRGB.

        Returns:
            The face, or `None` where no detection holds a mesh.
        """
        for windows in _searches(pixels.shape[1], pixels.shape[0]):
            found = _merge([face for window in windows for face in self._detect(pixels, window)])
            found += self._others(pixels, found)
            for face in sorted(found, key=lambda face: -face.side)[:MAX_TRIED]:
                mesh = self._mesh(pixels, face, len(found))
                if mesh is not None:
                    return mesh
        return None

    def _others(self, pixels: npt.NDArray[np.uint8], found: list[_Detection]) -> list[_Detection]:
        """Find the faces of a crowd that are too small to be seen from where the first was found."""
        height, width = pixels.shape[:2]
        part = max((face.side for face in found), default=math.inf) / max(height, width)
        if part >= _CROWD:
            return []
        near = [
            face
            for window in _tiles(width, height, max(_NEAR * part, _SMALLEST_TILE))
            for face in self._detect(pixels, window)
        ]
        sure = [face for face in _merge(near) if face.score >= _DOUBTFUL]
        return [face for face in sure if not any(face.overlaps(other) for other in found)]

    def _detect(self, pixels: npt.NDArray[np.uint8], window: Window) -> list[_Detection]:
        return [self._settled(pixels, face, window) for face in self._detect_once(pixels, window)]

    def _settled(self, pixels: npt.NDArray[np.uint8], face: _Detection, window: Window) -> _Detection:
        if face.side <= _SMALL * window.side:
            face = self._again(pixels, face, 3.0, window.angle) or face
        if face.score < _DOUBTFUL:
            near = [self._again(pixels, face, 2.0, window.angle + turn) for turn in (0.0, math.pi)]
            face = max([face, *(other for other in near if other is not None)], key=lambda other: other.score)
        return face

    def _again(self, pixels: npt.NDArray[np.uint8], face: _Detection, margin: float, angle: float) -> _Detection | None:
        """Detect the same face once more, in a window `margin` times as large as its box and turned by `angle`."""
        near = self._detect_once(pixels, replace(face.window(margin), angle=angle))
        return next((other for other in near if face.overlaps(other)), None)

    def _detect_once(self, pixels: npt.NDArray[np.uint8], window: Window) -> list[_Detection]:
        crop = window.crop(pixels, boxes.INPUT_SIDE).astype(np.float32) / 127.5 - 1.0
        regressors, logits = self._run(self._models.detection, crop)
        decoded = boxes.decode(regressors.reshape(-1, 16), logits.reshape(-1), self._anchors)
        faces = []
        for row, score in zip(*boxes.suppress(*decoded), strict=True):
            # A box in a turned window is kept as the upright square of the same size around its centre.
            (x, y), *points = window.to_photo([(row[:2] + row[2:4]) / 2.0, *row[4:].reshape(-1, 2)])
            half = (row[2:4] - row[:2]) * window.side / 2.0
            faces.append(
                _Detection(
                    np.array([x - half[0], y - half[1], x + half[0], y + half[1]]), np.array(points[:2]), float(score)
                )
            )
        return faces

    def _mesh(self, pixels: npt.NDArray[np.uint8], face: _Detection, count: int) -> FaceMesh | None:
        window = face.window(MESH_MARGIN)
        points, presence = self._points(pixels, window)
        better = _window_of(points)
        if presence >= MIN_PRESENCE and _differ(window, better):
            points, presence = self._points(pixels, better)
        if presence < MIN_PRESENCE or evenness(pixels, points) > MAX_EVEN:
            return None
        irises = np.stack([self._iris(pixels, points, RIGHT_EYE), self._iris(pixels, points, LEFT_EYE, mirrored=True)])
        left, top, right, bottom = face.box.tolist()
        return FaceMesh(
            box=(left, top, right - left, bottom - top),
            confidence=face.score,
            count=count,
            points=points,
            irises=irises,
            eye_distance=float(np.hypot(*(irises[1, 0] - irises[0, 0]))),
            presence=presence,
        )

    def _points(self, pixels: npt.NDArray[np.uint8], window: Window) -> tuple[Points, float]:
        crop = window.crop(pixels, MESH_SIDE, replicate=True).astype(np.float32) / 255.0
        values, flag = self._run(self._models.landmark, crop)
        presence = 1.0 / (1.0 + math.exp(-float(np.clip(flag.item(), -boxes.LOGIT_LIMIT, boxes.LOGIT_LIMIT))))
        local = values.reshape(-1, 3).astype(np.float64) / MESH_SIDE
        return np.column_stack([window.to_photo(local[:, :2]), local[:, 2] * window.side]), presence

    def _iris(
        self, pixels: npt.NDArray[np.uint8], points: Points, corners: tuple[int, int], *, mirrored: bool = False
    ) -> Points:
        """Locate one iris; the model knows one eye, the other is shown to it in a mirror."""
        outer, inner = points[corners[0], :2], points[corners[1], :2]
        centre, span = (outer + inner) / 2.0, inner - outer
        angle = _angle(inner, outer) if mirrored else _angle(outer, inner)
        side = IRIS_MARGIN * float(np.hypot(*span))
        window = Window(float(centre[0]), float(centre[1]), side, angle)
        crop = window.crop(pixels, IRIS_SIDE, replicate=True)
        crop = crop[:, ::-1] if mirrored else crop
        _, values = self._run(self._models.iris, crop.astype(np.float32) / 255.0)
        local = values.reshape(-1, 3)[:, :2].astype(np.float64) / IRIS_SIDE
        if mirrored:
            local[:, 0] = 1.0 - local[:, 0]
        return window.to_photo(local)

    def _run(
        self, path: Path, crop: npt.NDArray[np.float32]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Run a model on one `(side, side, 3)` crop; returns its two outputs, in the file's order."""
        if path not in self._opened:
            self._opened[path] = _open(path, self._num_threads)
        interpreter, given, wanted = self._opened[path]
        interpreter.set_tensor(given, np.ascontiguousarray(crop)[None])
        interpreter.invoke()
        first, second = (interpreter.get_tensor(index) for index in wanted)
        return first, second


def _open(path: Path, num_threads: int) -> tuple[Any, int, tuple[int, ...]]:
    """Open a model; returns it, the index of its input and those of its outputs, in the file's order."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(path), num_threads=num_threads)
    interpreter.allocate_tensors()
    wanted = tuple(int(output["index"]) for output in interpreter.get_output_details())
    return interpreter, int(interpreter.get_input_details()[0]["index"]), wanted


def _searches(width: int, height: int) -> Iterator[list[Window]]:
    whole = Window.around(width, height)
    yield [whole]
    yield [replace(whole, side=whole.side * 1.6)]
    yield from (_tiles(width, height, part) for part in (0.6, 0.36, _SMALLEST_TILE))
    yield [replace(whole, side=whole.side * 1.2, angle=quarter * math.pi / 2.0) for quarter in (1, 3, 2)]


def _tiles(width: int, height: int, part: float) -> list[Window]:
    """Cover the photo with squares of `part` of its longest side that overlap by at least a quarter."""
    side = part * max(width, height)
    rows, columns = (_starts(length, side) for length in (height, width))
    return [Window(x, y, side) for y in rows for x in columns]


def _starts(length: float, side: float) -> list[float]:
    if length <= side:
        return [length / 2.0]
    count = math.ceil((length - side) / (0.75 * side)) + 1
    return [float(start) for start in np.linspace(side / 2.0, length - side / 2.0, count)]


def _merge(faces: list[_Detection]) -> list[_Detection]:
    """Keep the best of the detections of each face, which tiles may show several times."""
    kept: list[_Detection] = []
    for face in sorted(faces, key=lambda face: -face.score):
        if not any(face.overlaps(other) for other in kept):
            kept.append(face)
    return kept


def _angle(start: Points, end: Points) -> float:
    """Return the clockwise turn, as seen, of the line from the person's right to their left, in radians."""
    x, y = end - start
    return math.atan2(y, x)


def _window_of(points: Points) -> Window:
    """Place the mesh window by a mesh instead of by a detection."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    x, y = ((low + high) / 2.0).tolist()
    return Window(x, y, float(max(high - low)) * MESH_MARGIN, _angle(points[RIGHT_EYE[0], :2], points[LEFT_EYE[0], :2]))


def _differ(first: Window, second: Window) -> bool:
    """Tell whether a mesh lies so far from its window that it should be found again from its own."""
    turn = (first.angle - second.angle + math.pi) % (2.0 * math.pi) - math.pi
    shift = math.hypot(first.x - second.x, first.y - second.y) / first.side
    return abs(turn) > 0.2 or shift > 0.1 or abs(math.log(second.side / first.side)) > 0.25
