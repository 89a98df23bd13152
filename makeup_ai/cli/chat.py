"""`makeup-ai chat BUNDLE [--profile FILE | --vault FILE [--keep]] [--state FILE] [--json]`, a line a turn."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from makeup_ai.assistant import Assistant
from makeup_ai.dialogue import Conversation, Learned, State, Turn
from makeup_ai.files import write_whole
from makeup_ai.profile.given import read_profile
from makeup_ai.schema import Profile, to_dict

PHOTO = "/photo "
"""A line `/photo FILE` shows a photo of the face; words may come on the next line."""
QUIT = "/quit"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("bundle", metavar="BUNDLE", help="folder of a bundle")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--profile", metavar="FILE", help="JSON object with fields of makeup_ai.schema.Profile")
    who.add_argument("--vault", metavar="FILE", help="of `makeup-ai profile`; what its policy gives to the dialogue")
    parser.add_argument("--keep", action="store_true", help="store in the vault what the conversation teaches")
    parser.add_argument("--state", metavar="FILE", help="go on from here where it exists, and keep the state there")
    parser.add_argument("--json", action="store_true", help="print each turn as one JSON object on a line")


def run(options: argparse.Namespace) -> int:
    """Talk until the input ends or a line is `/quit`; `/photo FILE` shows a photo."""
    if options.keep and not options.vault:
        raise ValueError("Expected --vault FILE to keep what is learnt in. Received: --keep alone")
    profile = read_profile(options.profile) if options.profile else None
    keep = None
    if options.vault:
        profile, keep = _open(options.vault)
    kept = Path(options.state) if options.state else None
    state = State.from_dict(_read(str(kept), "a state")) if kept is not None and kept.exists() else None
    conversation = Conversation(Assistant.load(options.bundle), profile, state)
    for line in _lines(sys.stdin.isatty() and not options.json):
        photo = line.removeprefix(PHOTO).strip() if line.startswith(PHOTO) else None
        turn = conversation.say("" if photo is not None else line, photo)
        if options.json:
            print(json.dumps(to_dict(turn), ensure_ascii=False), flush=True)
        else:
            _print(turn)
        if options.keep and keep is not None:
            keep(turn.learned)
        if kept is not None:
            text = json.dumps(turn.state.to_dict(), ensure_ascii=False, indent=1) + "\n"
            write_whole(kept, text.encode("utf-8"))
    return 0


def _open(path: str) -> tuple[Profile, Callable[[Sequence[Learned]], None]]:
    """Return what a vault gives to the dialogue, and what stores facts in it; the key is asked for once."""
    from makeup_ai.profile.facts import Fact  # its cipher is not needed otherwise
    from makeup_ai.profile.unlock import key_of, open_vault, view_from_vault

    source = key_of(path)

    def keep(learned: Sequence[Learned]) -> None:
        if learned:
            with open_vault(path, source) as vault:
                now = time.time()
                vault.add(*(Fact(one.field, one.value, one.source, now, one.removed) for one in learned))

    return view_from_vault(path, "dialogue", source=source), keep


def _read(path: str, what: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"Expected {what} as JSON in UTF-8. Received: {path!r} ({error})") from error


def _lines(prompt: bool) -> Iterator[str]:
    """Give the lines of the input; a person at a terminal is shown where to write."""
    while True:
        if prompt:
            print("you: ", end="", flush=True)
        line = sys.stdin.readline()
        if not line or line.strip() == QUIT:
            return
        yield line.rstrip("\n")


def _print(turn: Turn) -> None:
    print(f"me: {turn.reply}")
    for place, offered in enumerate(turn.recommendations if turn.routine is None else (), 1):
        print(f"{place:4}. {offered.brand} {offered.name}  {offered.price:g} {offered.currency}")
    for caution in turn.cautions:
        if caution.text not in turn.reply:
            print(f"  ! {caution.text}")
    for one in turn.learned:
        print(f"  * {'no longer ' if one.removed else ''}{one.field}: {to_dict(one.value)}")
    sys.stdout.flush()
