"""The other side of `skin_peer.py`: answers one photo a line, in a Python environment of its own.

    PYTHON benchmarks/skin_peer_worker.py stone|mesh

reads paths from stdin and writes one JSON object a line: `ms` from the file to the answer, and the answer. `stone` is
the package skin-tone-classifier, `mesh` MediaPipe's face mesh with irises.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import cv2


def stone() -> Callable[[str, str], Any]:
    """Open skin-tone-classifier; the mode is its `image_type`."""
    from stone import process

    def answer(path: str, mode: str) -> Any:
        found = process(path, image_type=mode)
        faces = [
            {key: face.get(key) for key in ("skin_tone", "tone_label", "dominant_colors", "accuracy")}
            for face in found["faces"]
        ]
        return {"type": found["image_type"], "faces": faces}

    return answer


def mesh() -> Callable[[str, str], Any]:
    """Open MediaPipe's face mesh for still images, with irises."""
    import mediapipe

    model = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=1, refine_landmarks=True)

    def answer(path: str, mode: str) -> Any:
        found = model.process(cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB))
        return {"faces": len(found.multi_face_landmarks or ())}

    return answer


def main() -> None:
    """Answer until the input ends."""
    cv2.setNumThreads(1)
    answer = {"stone": stone, "mesh": mesh}[sys.argv[1]]()
    for line in sys.stdin:
        path, mode = line.rstrip("\n").split("\t")
        start = time.perf_counter()
        try:
            result = answer(path, mode)
        except Exception as error:  # whatever a peer raises is its answer
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"ms": 1000.0 * (time.perf_counter() - start), **result}, default=float), flush=True)


if __name__ == "__main__":
    main()
