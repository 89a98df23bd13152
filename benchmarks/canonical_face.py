"""Make `makeup_ai/vision/tables/canonical.json`: the mean face mesh of frontal photos, and triangles over it.

    python benchmarks/canonical_face.py ../shared/data/photos/portraits --out makeup_ai/vision/tables/canonical.json

The meshes of faces held straight are levelled, brought to one size and averaged with their mirror images; the vertex
a mirror brings a vertex to is found by assignment. Nothing of a photo but this mean goes into the table.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import linear_sum_assignment

from makeup_ai.vision.capture import head_angles
from makeup_ai.vision.face import LEFT_EYE, RIGHT_EYE, FaceFinder
from makeup_ai.vision.photo import read_photo

SIDE = 256  # pixels of the canonical frame
FILL = 0.96  # part of the frame the mesh takes in height
MAX_ANGLE = 8.0  # degrees of yaw and pitch that count as straight


def levelled(points: np.ndarray) -> np.ndarray:
    """Turn the line between the outer eye corners level, put its middle at the origin and make it one long."""
    right, left = points[RIGHT_EYE[0]], points[LEFT_EYE[0]]
    across = (left - right)[:2]
    c, s = across / (across @ across)
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, np.hypot(c, s)]])
    return (points - (right + left) / 2.0) @ turn


def mean_shape(meshes: list[np.ndarray]) -> np.ndarray:
    shapes = np.array([levelled(mesh) for mesh in meshes])
    flipped = shapes * (-1.0, 1.0, 1.0)
    mean, mirrored = shapes.mean(axis=0), flipped.mean(axis=0)
    distance = np.linalg.norm(mean[:, None] - mirrored[None], axis=2)
    _, twin = linear_sum_assignment(distance + distance.T)
    return ((mean + mirrored[twin]) / 2.0)[:, :2]


def triangles(points: np.ndarray) -> list[list[int]]:
    """Triangulate the mesh (Delaunay)."""
    division = cv2.Subdiv2D((0, 0, SIDE, SIDE))
    index = {tuple(np.float32(point)): number for number, point in enumerate(points)}
    for point in points:
        division.insert([tuple(map(float, np.float32(point)))])
    found = []
    for row in division.getTriangleList().reshape(-1, 3, 2):
        corners = [index.get(tuple(np.float32(corner))) for corner in row]
        if None not in corners:
            found.append(sorted(corners))
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    finder, meshes = FaceFinder(), []
    for path in sorted(options.photos.glob("*.jpg")):
        mesh = finder.find(read_photo(path).pixels)
        if mesh is not None and all(abs(angle) <= MAX_ANGLE for angle in head_angles(mesh.points, 7.0)[:2]):
            meshes.append(mesh.points)
    shape = mean_shape(meshes)
    low, high = shape.min(axis=0), shape.max(axis=0)
    scale = FILL * SIDE / (high - low).max()
    points = np.round((shape - (low + high) / 2.0) * scale + SIDE / 2.0, 2)
    table = {"schema": 1, "side": SIDE, "points": points.tolist(), "triangles": triangles(points)}
    options.out.write_text(json.dumps(table, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{options.out}: mean of {len(meshes)} faces, {len(table['triangles'])} triangles")


if __name__ == "__main__":
    main()
