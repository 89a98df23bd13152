"""The three face models: fetched once into the user's cache, carried by a bundle, never part of this package."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from makeup_ai.errors import ModelsMissingError
from makeup_ai.files import write_whole

WHEEL = "mediapipe==0.10.21"
"""The release that holds the models; later ones no longer do."""

NOTICE_FILE = "FACE_MODELS_NOTICE.txt"
NOTICE = """\
face_detection_short_range.tflite, face_landmark.tflite and iris_landmark.tflite
are unchanged files of MediaPipe 0.10.21 (https://github.com/google-ai-edge/mediapipe).

Copyright The MediaPipe Authors.

Licensed under the Apache License, Version 2.0 (the "License"); you may not use
these files except in compliance with the License. You may obtain a copy of the
License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software distributed
under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
CONDITIONS OF ANY KIND, either express or implied. See the License for the
specific language governing permissions and limitations under the License.
"""

# File name -> SHA-256, and the place in the wheel.
SHA256 = {
    "face_detection_short_range.tflite": "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    "face_landmark.tflite": "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    "iris_landmark.tflite": "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
}
_IN_WHEEL = {
    "face_detection_short_range.tflite": "mediapipe/modules/face_detection/face_detection_short_range.tflite",
    "face_landmark.tflite": "mediapipe/modules/face_landmark/face_landmark.tflite",
    "iris_landmark.tflite": "mediapipe/modules/iris_landmark/iris_landmark.tflite",
}
# One fixed wheel on every machine: its models are the same on all of them, and its code is never run.
_PLATFORM = (
    "--python-version",
    "3.11",
    "--platform",
    "manylinux_2_28_x86_64",
    "--implementation",
    "cp",
    "--abi",
    "cp311",
)
_QUIET = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1")
_REMEDY = "Run `makeup-ai models pull` once (about 36 MB are read, 4 MB kept), or use a bundle that carries them."


@dataclass(frozen=True, slots=True)
class FaceModels:
    """Where the three model files lie."""

    detection: Path
    landmark: Path
    iris: Path


def cache_folder() -> Path:
    """Return the folder of fetched models; nothing is created.

    `face_models` in `MAKEUP_AI_CACHE` where that is set, otherwise in the platform's cache folder of the user
    (`XDG_CACHE_HOME` or `~/.cache` on Linux).
    """
    chosen = os.environ.get("MAKEUP_AI_CACHE")
    if chosen:
        return Path(chosen).expanduser() / "face_models"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "makeup_ai" / "face_models"


def locate(folder: str | Path | None = None) -> FaceModels:
    """Find the model files in a folder, `cache_folder()` where none is given.

    Presence is checked here and content when they are fetched (`pull`) or opened from a bundle.

    Raises:
        ModelsMissingError: A file is not there.
    """
    place = Path(folder) if folder is not None else cache_folder()
    missing = [name for name in SHA256 if not (place / name).is_file()]
    if missing:
        raise ModelsMissingError(f"The face models should be in {str(place)!r}. Missing: {missing}. {_REMEDY}")
    detection, landmark, iris = (place / name for name in SHA256)
    return FaceModels(detection=detection, landmark=landmark, iris=iris)


def pull(progress: Callable[[str], object] = print, folder: str | Path | None = None) -> FaceModels:
    """Fetch the model files into a folder, `cache_folder()` where none is given; those there and right are left alone.

    pip downloads the MediaPipe wheel into a temporary folder, its three files are checked against `SHA256` and moved
    into place whole, with their notice, and the wheel is removed. A corrupt file is replaced.

    Args:
        progress: Called with one line for each step.
        folder: Where the files go.

    Raises:
        ModelsMissingError: pip is missing or cannot reach the package, or a file in it is not the expected one. The
            folder then holds what it held before.
        OSError: The folder cannot be written.
    """
    place = Path(folder) if folder is not None else cache_folder()
    wanted = [name for name, digest in SHA256.items() if _sha256(place / name) != digest]
    if wanted:
        with tempfile.TemporaryDirectory(prefix="makeup-ai-models-") as temporary:
            progress(f"Downloading {WHEEL} with pip (about 36 MB) ...")
            contents = _read_wheel(_download(Path(temporary)), wanted)
        place.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            write_whole(place / name, content)
            progress(f"{name}: SHA-256 checked")
    if not (place / NOTICE_FILE).is_file():
        write_whole(place / NOTICE_FILE, NOTICE.encode())
    progress(f"Face models in {place}")
    return locate(place)


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _download(folder: Path) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise ModelsMissingError("Fetching the face models needs pip. Run `python -m ensurepip` and try again.")
    command = [sys.executable, "-m", "pip", "download", *_QUIET, "--no-cache-dir", "--no-deps", "--only-binary=:all:"]
    command += [*_PLATFORM, "--dest", str(folder), WHEEL]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("mediapipe-*.whl"))
    if result.returncode or not wheels:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise ModelsMissingError(
            f"pip could not download {WHEEL}, which holds the face models ({last}). "
            "Check the network and pip's index settings, and run `makeup-ai models pull` again."
        )
    return wheels[0]


def _read_wheel(wheel: Path, names: list[str]) -> dict[str, bytes]:
    contents = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in names:
                contents[name] = archive.read(_IN_WHEEL[name])
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelsMissingError(
            f"The download of {WHEEL} does not hold the face models ({error}). Try again."
        ) from error
    for name, content in contents.items():
        digest = hashlib.sha256(content).hexdigest()
        if digest != SHA256[name]:
            raise ModelsMissingError(
                f"{name} in {WHEEL} should have SHA-256 {SHA256[name]}. Received: {digest}. "
                "Nothing was kept; try again."
            )
    return contents
