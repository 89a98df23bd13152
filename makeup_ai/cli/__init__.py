"""The command line: parse, one library call, print, exit status.

Status 0: done. 1: a gate or a check failed (a capture refused, a bundle changed, an export over its tolerance).
2: wrong use. 3: an update was refused, which is a result. Failures are one line on stderr.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from makeup_ai import __version__
from makeup_ai.errors import BundleError, ExportError, MakeupAIError, VaultError

COMMANDS = {
    # name: what it does; the module of the same name in this folder has `arguments(parser)` and `run(options) -> int`
    "demo": "the main job on built-in data: train, export, verify, bench, bundle, consult, report",
    "consult": "ask a bundle, in words and with a photo",
    "recommend": "rank products for a profile, words or both, and explain any of them to the last term",
    "ask": "answer a question about ingredients, products and routines from what is on record, with citations",
    "search": "find products by words, by what is needed and by what they are free of",
    "chat": "talk with a bundle over several turns",
    "skin": "say what a photo of a face can honestly tell, or compare two",
    "profile": "keep what a person tells in an encrypted vault; show, export, erase it; make counts anonymous",
    "bundle": "make, inspect and self-test bundles",
    "models": "fetch the face models once",
    "knowledge": "show and check the graph, and link ingredient lists to INCI names",
    "taste": "learn from purchases what people like next, and what a new product is like",
    "data": "generate, check and split data",
    "encoder": "cut a small encoder out of a public one, as a start for training",
    "pretrain": "teach an encoder, or a generator, the language of texts without labels",
    "train": "train an encoder on a task",
    "tune": "search for good training options over a declared space",
    "update": "learn from feedback, compare, and promote or refuse; roll back",
    "evaluate": "measure a run or an exported file on any data of the right layout",
    "calibrate": "make a run's probabilities true, and say from which confidence to speak",
    "explain": "show which words an answer of a model rests on, and how faithful that is",
    "export": "convert a run to TFLite and ONNX, and hold the files to Keras",
    "bench": "time and score model files on LiteRT, ONNX Runtime and Keras",
}


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what was wrong and where to read on; status 2."""
        self.exit(2, f"makeup-ai: {' '.join(message.split())}. See `{self.prog} --help`.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Raises:
        SystemExit: Wrong use (status 2), or help or version was asked for (status 0).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up talk would bury our one line
    received = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Chinese; in JSON these are its escapes
    parser = Parser(prog="makeup-ai", description="An on-device beauty assistant: train it, export it, ask it.")
    parser.add_argument("--version", action="version", version=f"makeup-ai {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in received if word in COMMANDS), None)
    try:
        for name, purpose in COMMANDS.items():
            command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
            if name == chosen:  # only the module that is asked for is imported
                import_module(f"makeup_ai.cli.{name}").arguments(command)
        options = parser.parse_args(received)
        status: int = import_module(f"makeup_ai.cli.{options.command}").run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (BundleError, ExportError, VaultError) as error:
        return _fail(error, 1)
    except (MakeupAIError, ValueError, TypeError, OSError, ImportError) as error:
        return _fail(error, 2)
    except KeyboardInterrupt:
        print("makeup-ai: interrupted; long work resumes with the same command", file=sys.stderr)
        return 130


def _fail(error: Exception, status: int) -> int:
    if os.environ.get("MAKEUP_AI_TRACEBACK"):
        raise error
    message = " ".join(str(error).split()) or type(error).__name__
    print(f"makeup-ai: {message}", file=sys.stderr)
    return status
