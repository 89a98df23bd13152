"""Anchors, decoding and weighted non-maximum suppression of the short-range face detector, as functions over arrays.

Source: Bazarevsky et al., "BlazeFace: sub-millisecond neural face detection on mobile GPUs" (2019), and the published
options of MediaPipe's short-range graph.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

INPUT_SIDE = 128  # pixels of the detector's square input
STRIDES = ((8, 2), (16, 6))  # pixels per cell, anchors per cell
KEYPOINTS = 6  # right eye, left eye, nose tip, mouth, right ear, left ear
LOGIT_LIMIT = 80.0  # beyond it a sigmoid is 0 or 1 in float32, and exp overflows
MIN_SCORE = 0.5
MIN_OVERLAP = 0.3  # intersection over union from which two boxes are one face


def anchors() -> Array:
    """Build the anchor centres, `(896, 2)` x, y in [0, 1]; every anchor is as large as the input."""
    layers = []
    for stride, count in STRIDES:
        cells = INPUT_SIDE // stride
        centre = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        y, x = np.meshgrid(centre, centre, indexing="ij")
        layers.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), count, axis=0))
    return np.concatenate(layers)


def decode(regressors: Array, logits: Array, centres: Array, min_score: float = MIN_SCORE) -> tuple[Array, Array]:
    """Turn the detector's outputs into boxes.

    Args:
        regressors: `(anchors, 16)` offsets in input pixels: centre x, y, width, height and six keypoints x, y.
        logits: `(anchors,)`.
        centres: `(anchors, 2)` of `anchors`.
        min_score: Boxes below are dropped, in [0, 1].

    Returns:
        `(n, 16)` left, top, right, bottom and six keypoints x, y in [0, 1] of the input; `(n,)` scores in [0, 1].
    """
    scores: Array = (1.0 / (1.0 + np.exp(-np.clip(logits, -LOGIT_LIMIT, LOGIT_LIMIT)))).astype(np.float32)
    kept = scores >= min_score
    values: Array = regressors[kept] / np.float32(INPUT_SIDE)
    centre = values[:, 0:2] + centres[kept]
    half = values[:, 2:4] / np.float32(2.0)
    points = values[:, 4:].reshape(-1, KEYPOINTS, 2) + centres[kept][:, None, :]
    decoded: Array = np.concatenate([centre - half, centre + half, points.reshape(-1, 2 * KEYPOINTS)], axis=1)
    return decoded, scores[kept]


def overlap(box: Array, others: Array) -> Array:
    """Compute the intersection over union of a box `(4+,)` with others `(n, 4+)`, in [0, 1]."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:4], others[:, 2:4])
    shared = np.prod(np.maximum(high - low, 0.0), axis=1)
    areas = np.prod(np.maximum(others[:, 2:4] - others[:, :2], 0.0), axis=1)
    area = float(np.prod(np.maximum(box[2:4] - box[:2], 0.0)))
    union: Array = area + areas - shared
    ratio: Array = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio


def suppress(boxes: Array, scores: Array, min_overlap: float = MIN_OVERLAP) -> tuple[Array, Array]:
    """Merge the boxes of one face into their mean weighted by score, which is steadier than the best box.

    Args:
        boxes: `(n, 4+)`; every column is averaged, keypoints too.
        scores: `(n,)` in [0, 1].
        min_overlap: Intersection over union from which two boxes are one face.

    Returns:
        `(faces, 4+)` boxes and `(faces,)` scores, the best score of each face, best first.
    """
    order = np.argsort(-scores, kind="stable")
    boxes, scores = boxes[order], scores[order]
    merged, best = [], []
    while len(scores):
        same = overlap(boxes[0], boxes) > min_overlap
        same[0] = True
        weights = scores[same, None]
        merged.append((boxes[same] * weights).sum(axis=0) / weights.sum())
        best.append(scores[0])
        boxes, scores = boxes[~same], scores[~same]
    width = boxes.shape[1]
    return np.array(merged, dtype=np.float32).reshape(-1, width), np.array(best, dtype=np.float32)
