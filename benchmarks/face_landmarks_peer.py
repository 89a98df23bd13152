"""The peer's side of `face_landmarks.py`: MediaPipe's face mesh behind one line of JSON a photo.

Run by a Python that has `mediapipe==0.10.21` (and numpy<2). Reads a path of an `.npy` file, `(rows, columns, 3)`
uint8 sRGB, from each line of its input and answers with what was found and how long each graph took.
"""

import json
import sys
import time

import mediapipe as mp
import numpy as np


def points(answer, shape) -> list | None:
    faces = answer.multi_face_landmarks
    if not faces:
        return None
    rows, columns = shape[:2]
    return [[point.x * columns, point.y * rows] for point in faces[0].landmark]


def timed(graph, pixels):
    start = time.perf_counter()
    answer = graph.process(pixels)
    return answer, time.perf_counter() - start


def main() -> None:
    """Answer until the input ends."""
    mesh = mp.solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=False)
    refined = mp.solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=True)
    print(json.dumps({"mediapipe": mp.__version__, "numpy": np.__version__}), flush=True)
    for line in sys.stdin:
        pixels = np.load(line.strip())
        plain, seconds = timed(mesh, pixels)
        irises, seconds_irises = timed(refined, pixels)
        found = {
            "points": points(plain, pixels.shape),
            "refined": points(irises, pixels.shape),
            "seconds": seconds,
            "seconds_refined": seconds_irises,
        }
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
