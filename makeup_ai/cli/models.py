"""`makeup-ai models pull`: fetch the face models once, check them, keep them in the user's cache."""

from __future__ import annotations

import argparse

from makeup_ai.vision import face_models


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("action", choices=["pull", "where"], help="fetch them, or say where they are")


def run(options: argparse.Namespace) -> int:
    """Fetch or locate; the last line is the folder."""
    if options.action == "pull":
        face_models.pull()
    print(face_models.locate().detection.parent)
    return 0
