"""The skin of one face in its photo: the face's own colours weighed against those around it, within a face's reach.

No colour is called skin beforehand. Forehead, cheeks and nose of this very face say what its skin looks like in this
light, eyebrows what hair looks like, and everything out of reach what the scene looks like. Every pixel near the face
is given to the likelier of them (Bayes), the answer is smoothed along the edges of the picture, and what was found
is learnt from twice more.

Sources: Jones & Rehg, "Statistical color models with application to skin detection", IJCV 46 (2002), for the ratio of
histograms; He, Sun & Tang, "Guided image filtering", IEEE PAMI 35 (2013); Knutsson & Westin, "Normalized and
differential convolution", CVPR (1993), for the local mean.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from makeup_ai.vision.colour import lab_from_linear, linear_from_srgb
from makeup_ai.vision.face import FaceMesh
from makeup_ai.vision.face_shape import SIDE, FaceShape, Mask, Plane, face_shape
from makeup_ai.vision.window import Window

_LIGHT = 0.3  # linear green that the seeds are brought to, so that histograms mean the same in dim and bright photos
_MAX_GAIN, _MAX_LINEAR = 300.0, 4.0
_SOFT = 0.9  # pixels of the window, standard deviation: the grain of the picture and the steps of the mask
_BINS = 25  # of a histogram, along each of its three axes
_BIN = np.array(
    [8.0, 1.5, 1.5], dtype=np.float32
)  # L*, and a* and b* at one lightness: shade moves the first, and hardly the others
_NEAR = 0.2  # standard deviation of the local mean, in heights of the face
_FEW = 0.02  # weight of skin nearby from which the local mean counts half
_HAIR = 0.3  # share of the brows' colours in what is not skin
_UNSEEN = 1e-3  # density of colours neither skin nor seen elsewhere: beards, masks, painted faces
_EMPTY = 1e-5  # density of skin where no seed has fallen
_MAX_RATIO = 6.0  # log of likelihoods: one pixel's colour alone proves no more
_ROUNDS = 3
_BEARD = (7.0, 10.0)  # L* of the cheeks over the chin's: no beard until the first, surely one from the second
_BEARD_ODDS = -2.0  # log odds of skin where a beard grows
_EDGE = 0.002  # variance of L* / 100 from which the guided filter keeps an edge
_HOLE = 0.004  # of the mesh's area: moles, highlights and noise below it are skin
_PIECE = 0.1  # of the largest piece: skin cut off by glasses or hair is kept from this size on


def skin_area(pixels: npt.NDArray[np.uint8], mesh: FaceMesh) -> Mask:
    """Mark facial skin up to the hairline, with the visible neck, without eyes, brows, lips, nostrils, hair and beard.

    Works in a window of one size around the face, so that its cost does not grow with the photo. What covers cheeks and
    nose (a medical mask) is taken for their colour; the capture gate has to refuse such a photo.

    Args:
        pixels: `(rows, columns, 3)` uint8 sRGB, the photo in which the mesh was found.
        mesh: The face.

    Returns:
        `(rows, columns)` bool.
    """
    shape = face_shape(mesh)
    window = shape.window
    crop = window.crop(pixels, SIDE, replicate=True, max_step=2.0)
    inside = window.crop(np.ones(pixels.shape[:2], np.uint8), SIDE) > 0
    seeds = shape.seeds & inside & ~shape.holes
    if not seeds.any():
        return np.zeros(pixels.shape[:2], dtype=np.bool_)
    odds = _weigh(_features(crop, seeds), shape, seeds, inside)
    found = _tidy((odds > 0.0) & inside & ~shape.holes, seeds, _HOLE * float(shape.oval.sum()))
    return _in_photo(found & inside & ~shape.holes, window, pixels.shape[0], pixels.shape[1])


def _features(crop: npt.NDArray[np.uint8], seeds: Mask) -> Plane:
    """Give `(SIDE, SIDE, 3)` L*, and a* and b* freed of shade, at one exposure of the seeds.

    Light k times as strong multiplies the cube roots of CIELAB by k^(1/3), and with them L* + 16, a* and b*.
    """
    linear = linear_from_srgb(crop / 255.0)
    light = float(np.median(linear[seeds][:, 1]))
    lab = lab_from_linear(np.minimum(linear * (_LIGHT / max(light, _LIGHT / _MAX_GAIN)), _MAX_LINEAR))
    smooth = cv2.GaussianBlur(lab, (0, 0), _SOFT)
    unshaded = np.concatenate([smooth[..., :1], smooth[..., 1:] * (80.0 / (smooth[..., :1] + 16.0))], axis=-1)
    return unshaded.astype(np.float32)


def _weigh(features: Plane, shape: FaceShape, seeds: Mask, inside: Mask) -> Plane:
    """Give `(SIDE, SIDE)` log odds of skin, by place and colour."""
    far = inside & ~shape.reach
    beard = _beard(features, shape, inside)
    place = shape.log_odds + beard * (_BEARD_ODDS - shape.log_odds)
    teaches = np.where(shape.holes, 0.0, 1.0 - beard)  # a beard must not teach what skin is
    skin, scene = seeds.astype(np.float32), far.astype(np.float32)
    centre = np.median(features[seeds], axis=0)
    guide = np.ascontiguousarray(features[..., 0]) / np.float32(100.0)
    for _ in range(_ROUNDS):
        bins = _quantised(features - _local_mean(features, skin, centre, _NEAR * shape.height))
        other = (1.0 - _HAIR) * _density(bins, scene) + _HAIR * _density(bins, shape.brows.astype(np.float32))
        ratio = np.log((_density(bins, skin) + _EMPTY) / (other + _UNSEEN))[bins]
        odds = _smoothed(place + np.clip(ratio, -_MAX_RATIO, _MAX_RATIO), guide)
        chance = inside / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
        skin = np.where(seeds, 1.0, chance * teaches * shape.reach).astype(np.float32)
        scene = np.where(far, 1.0, (inside - chance) * teaches * ~seeds).astype(np.float32)
    return odds


def _beard(features: Plane, shape: FaceShape, inside: Mask) -> Plane:
    """Give `(SIDE, SIDE)` in [0, 1]: how surely a beard grows there, told by a chin darker than the cheeks."""
    chin, cheeks = (features[mask & inside & ~shape.holes][:, 0] for mask in (shape.chin, shape.cheeks))
    if not len(chin) or not len(cheeks):
        return np.zeros((SIDE, SIDE), dtype=np.float32)
    darker = float(np.median(cheeks) - np.median(chin))
    surely = min(1.0, max(0.0, (darker - _BEARD[0]) / (_BEARD[1] - _BEARD[0])))
    return shape.beard.astype(np.float32) * np.float32(surely)


def _local_mean(features: Plane, weights: Plane, centre: npt.NDArray[np.float32], sigma: float) -> Plane:
    """Average the features of skin nearby, `centre` where there is none: light falls off across a face."""
    weight = cv2.GaussianBlur(weights, (0, 0), sigma)[..., None]
    total = cv2.GaussianBlur(features * weights[..., None], (0, 0), sigma)
    mean: Plane = (total + _FEW * centre) / (weight + _FEW)
    return mean


def _quantised(residuals: Plane) -> npt.NDArray[np.int64]:
    steps = np.clip(np.rint(residuals / _BIN) + _BINS // 2, 0, _BINS - 1).astype(np.int64)
    bins: npt.NDArray[np.int64] = (steps[..., 0] * _BINS + steps[..., 1]) * _BINS + steps[..., 2]
    return bins


def _density(bins: npt.NDArray[np.int64], weights: Plane) -> Plane:
    """Give the `(_BINS ** 3,)` smoothed histogram of weighted pixels, summing to about one."""
    counts: Plane = np.bincount(bins.ravel(), weights.ravel(), _BINS**3).astype(np.float32)
    kernel = cv2.getGaussianKernel(7, 1.0)
    for _ in range(3):  # each turn smooths the last axis and brings it to the front
        lying = cv2.sepFilter2D(counts.reshape(-1, _BINS), -1, kernel, np.ones(1), borderType=cv2.BORDER_CONSTANT)
        counts = lying.T.astype(np.float32).ravel()
    density: Plane = counts / max(1e-6, float(counts.sum()))
    return density


def _smoothed(picture: Plane, guide: Plane) -> Plane:
    """Smooth a picture along the edges of its guide (He et al., 2013)."""
    side = 2 * (SIDE // 50) + 1
    mean_guide, mean = cv2.blur(guide, (side, side)), cv2.blur(picture, (side, side))
    covariance = cv2.blur(guide * picture, (side, side)) - mean_guide * mean
    slope = covariance / (cv2.blur(guide * guide, (side, side)) - mean_guide**2 + np.float32(_EDGE))
    offset = mean - slope * mean_guide
    smooth: Plane = cv2.blur(slope, (side, side)) * guide + cv2.blur(offset, (side, side))
    return smooth


def _tidy(found: Mask, seeds: Mask, hole: float) -> Mask:
    """Keep the pieces that hold seeds, and fill the holes smaller than `hole` pixels."""
    count, pieces = cv2.connectedComponents(found.astype(np.uint8), connectivity=4)
    seeded = np.bincount(pieces[seeds], minlength=count)
    seeded[0] = 0
    kept: Mask = ((seeded > 0) & (seeded >= _PIECE * seeded.max()))[pieces]
    _, gaps, figures, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)
    small = figures[:, cv2.CC_STAT_AREA] < hole
    small[0] = False
    filled: Mask = kept | small[gaps]
    return filled


def _in_photo(found: Mask, window: Window, rows: int, columns: int) -> Mask:
    """Draw a mask of the window into the photo, its edge smooth at any size."""
    soft = cv2.GaussianBlur(found.astype(np.float32), (0, 0), 1.4 * _SOFT)
    corners = window.to_photo([[0, 0], [1, 0], [0, 1], [1, 1]])
    left, top = np.floor(np.clip(corners.min(axis=0), 0, (columns - 1, rows - 1))).astype(int)
    right, bottom = np.ceil(np.clip(corners.max(axis=0), (left + 1, top + 1), (columns, rows))).astype(int)
    matrix = window.matrix()
    matrix[:, :2] /= SIDE
    matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5 - (left, top)  # pixel centres lie half a pixel in
    area = np.zeros((rows, columns), dtype=np.bool_)
    size = int(right - left), int(bottom - top)
    area[top:bottom, left:right] = cv2.warpAffine(soft, matrix, size, flags=cv2.INTER_LINEAR) > 0.5
    return area
