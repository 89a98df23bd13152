"""`makeup-ai profile ACTION --vault FILE` for one person, and `makeup-ai profile anonymise|count ROWS` for many.

The passphrase comes from `MAKEUP_AI_PASSPHRASE` or a prompt, never from an argument, which other users could see.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from makeup_ai.files import write_whole
from makeup_ai.profile.facts import make_fact
from makeup_ai.profile.fields import field_table
from makeup_ai.profile.keys import Keyring, KeySource
from makeup_ai.profile.policy import policy
from makeup_ai.profile.typed import bought, parsed, tone, worded
from makeup_ai.profile.unlock import (
    ENVIRONMENT,
    NEW_ENVIRONMENT,
    PURPOSES,
    ask_passphrase,
    key_of,
    open_or_create,
    open_vault,
)
from makeup_ai.schema import LANGUAGES, Profile, to_dict


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-commands and their flags."""
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def command(name: str, purpose: str, *, vault: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if vault:
            made.add_argument("--vault", required=True, metavar="FILE", help=f"passphrase: {ENVIRONMENT} or a prompt")
        return made

    _set_arguments(command("set", "keep what is told; makes the vault where there is none"))
    unset = command("unset", "destroy the facts of a field, or of some of its values")
    unset.add_argument("field", choices=sorted(field_table().fields), metavar="FIELD")
    unset.add_argument("values", nargs="*", metavar="VALUE")
    show = command("show", "show the profile, or what a consumer sees of it")
    show.add_argument("--consumer", choices=policy().consumers, help="show only what the policy gives it")
    show.add_argument("--purpose", action="append", choices=sorted(policy().purposes), help="advice and safety if none")
    show.add_argument("--json", action="store_true", help="print one JSON object")
    export = command("export", "write everything that is kept, in the clear: facts, consents, accesses")
    export.add_argument("--out", metavar="FILE", help="readable by its owner alone; standard output if not given")
    consent = command("consent", "show, give or withdraw consent")
    consent.add_argument("decision", choices=["show", "give", "withdraw"])
    consent.add_argument("purpose", nargs="?", choices=sorted(policy().purposes), metavar="PURPOSE")
    consent.add_argument("--field", choices=sorted(field_table().fields), metavar="FIELD", help="every field if none")
    consent.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0], help="of the wording")
    log = command("log", "show who saw which fields, what for and when")
    log.add_argument("--json", action="store_true", help="print a JSON list")
    rotate = command("rotate", f"lock with another passphrase ({NEW_ENVIRONMENT} or a prompt)")
    rotate.add_argument("--data-key", action="store_true", help="a new data key; everything is encrypted anew")
    rotate.add_argument("--same-passphrase", action="store_true", help="change only the data key")
    rotate.add_argument("--keyring", action="store_true", help="lock it with the system's keyring instead")
    erase = command("erase", "destroy a vault for good, and show that nothing is left")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument("--json", action="store_true", help="print the report as one JSON object")

    command(
        "contribute", "print the coarse row that the policy gives to the brand's statistics, where consent is given"
    )
    rows = command("anonymise", "coarsen rows of many people to k-anonymity, with a report", vault=False)
    rows.add_argument("rows", metavar="ROWS", help="JSON Lines, one person a line, with fields of a profile")
    rows.add_argument("--k", type=int, default=5, help="rows that look alike at least; 5 by default")
    rows.add_argument("--l", type=float, default=1.0, help="no value of a list is held by more than 1 in l of them")
    rows.add_argument(
        "--alike", action="store_true", help="the same labels for all rows, so that groups can be counted"
    )
    rows.add_argument("--max-suppressed", type=float, default=0.05, metavar="SHARE", help="left out for --alike; 0.05")
    rows.add_argument("--pseudonym", metavar="COLUMN", help="column with an id, to become a salted pseudonym")
    rows.add_argument("--salt-file", metavar="FILE", help="32 bytes or more; a fresh salt, kept by nobody, if none")
    rows.add_argument("--out", required=True, metavar="FILE", help="JSON Lines")
    count = command("count", "count people by a field with differential privacy", vault=False)
    count.add_argument("rows", metavar="ROWS", help="JSON Lines, one person a line, with fields of a profile")
    count.add_argument("--field", required=True, metavar="FIELD")
    count.add_argument("--epsilon", required=True, type=Fraction, help="what to spend, such as 0.5")
    count.add_argument("--ledger", required=True, metavar="FILE", help="keeps the budget")
    count.add_argument("--total", type=Fraction, metavar="EPSILON", help="budget of a new ledger")
    count.add_argument("--values", default="", metavar="A,B", help="of a list whose values no table names")
    count.add_argument("--level", type=int, default=0, help="of the field's levels, 0 the finest")


def _set_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--skin-type", metavar="NAME")
    for flag, purpose in (
        ("concern", "what the skin should be helped with"),
        ("allergy", "an ingredient or a group that must be left out"),
        ("condition", "such as pregnancy; destroyed after its time"),
        ("own", "id of a product in use"),
        ("dislike", "an ingredient or a group that is not wanted"),
        ("habit", f"one of {', '.join(field_table().habits)}"),
        ("bought", "ID or ID:RATING, from 1 to 5"),
    ):
        parser.add_argument(f"--{flag}", action="append", default=[], metavar=flag.upper(), help=purpose)
    parser.add_argument("--budget", type=float, metavar="N", help="the most a product may cost")
    parser.add_argument("--age", type=int, metavar="N", help="in whole years")
    parser.add_argument("--locale", metavar="DE", help="country, ISO 3166-1 alpha-2")
    parser.add_argument("--tone", metavar="L,A,B", help="CIELAB; with --source photo it needs consent to 'photo'")
    parser.add_argument(
        "--no-longer", action="append", default=[], metavar="FIELD=VALUE", help="it is not true any more"
    )
    parser.add_argument("--source", choices=sorted(field_table().sources), default="said", help="said by default")
    parser.add_argument("--bundle", metavar="BUNDLE", help="hold the values to the bundle's domain and catalogue")
    parser.add_argument("--keyring", action="store_true", help="key of a new vault in the system's keyring")


def run(options: argparse.Namespace) -> int:
    """Do one thing; 1 where an erasure could not be proven."""
    status: int = ACTIONS[options.action](options)
    return status


def _set(options: argparse.Namespace) -> int:
    told = {
        "skin_type": options.skin_type,
        "concerns": options.concern,
        "allergies": options.allergy,
        "conditions": options.condition,
        "budget": options.budget,
        "tone": None if options.tone is None else tone(options.tone),
        "owned": options.own,
        "dislikes": options.dislike,
        "habits": options.habit,
        "age": options.age,
        "locale": options.locale,
        "history": [bought(text) for text in options.bought],
    }
    told = {name: value for name, value in told.items() if value not in (None, [])}
    if not told and not options.no_longer:
        raise ValueError("Expected something to keep, such as --skin-type oily. Received: nothing")
    for name, value in told.items():  # before the passphrase is asked for
        for one in value if isinstance(value, list) else [value]:
            field_table().value(name, one)
    if options.bundle:
        told = _fitted(told, options.bundle)
    with open_or_create(options.vault, keyring=options.keyring) as vault:
        now = datetime.now(UTC).timestamp()
        facts = [
            make_fact(name, one, options.source, now, now=now)
            for name, value in told.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        for text in options.no_longer:
            name, _, value = text.partition("=")
            facts.append(make_fact(name, parsed(name, value), options.source, now, now=now, removed=True))
        kept = vault.add(*facts)
    print(f"{len(kept)} kept in {options.vault}. Next: makeup-ai consult BUNDLE --text TEXT --vault {options.vault}")
    return 0


def _unset(options: argparse.Namespace) -> int:
    with open_vault(options.vault) as vault:
        values = [parsed(options.field, value) for value in options.values] or [None]
        gone = sum(vault.forget(options.field, value) for value in values)
    print(f"{gone} destroyed")
    return 0


def _show(options: argparse.Namespace) -> int:
    with open_vault(options.vault) as vault:
        if options.consumer:
            view = vault.view(options.consumer, *(options.purpose or PURPOSES))
            profile, withheld = view.profile, view.withheld
        else:
            profile, withheld = vault.profile(), {}
    if options.json:
        print(json.dumps(to_dict(profile), ensure_ascii=False, indent=2))
        return 0
    for field in fields(profile):
        if (value := getattr(profile, field.name)) not in (None, ()):
            print(f"{field.name}: {worded(value)}")
    for name, why in withheld.items():
        print(f"{name}: withheld, {why}")
    return 0


def _export(options: argparse.Namespace) -> int:
    with open_vault(options.vault) as vault:
        text = json.dumps(vault.export(), ensure_ascii=False, indent=2) + "\n"
    if options.out is None:
        sys.stdout.write(text)
        return 0
    import os

    before = os.umask(0o077)
    try:
        write_whole(options.out, text)
    finally:
        os.umask(before)
    print(f"{options.out} holds the profile in the clear: keep it as you would the vault's passphrase")
    return 0


def _consent(options: argparse.Namespace) -> int:
    if options.decision == "show":
        with open_vault(options.vault) as vault:
            decisions = vault.decisions()
        for purpose in policy().purposes.values():
            print(
                f"{purpose.name} ({'only with a yes' if purpose.asked else 'until withdrawn'}): "
                f"{purpose.text[options.lang]}"
            )
        for decision in decisions:
            word = "given" if decision.given else "withdrawn"
            print(f"{_moment(decision.time)}  {word}  {decision.purpose}  {decision.field}  wording {decision.wording}")
        return 0
    if options.purpose is None:
        raise ValueError(f"Expected a purpose of {sorted(policy().purposes)}. Received: none")
    with open_vault(options.vault) as vault:
        vault.consent(options.purpose, *([options.field] if options.field else []), given=options.decision == "give")
    print(policy().purpose(options.purpose).text[options.lang])
    print(
        "Given."
        if options.decision == "give"
        else "Withdrawn: no view shows it. `makeup-ai profile unset` destroys it."
    )
    return 0


def _log(options: argparse.Namespace) -> int:
    with open_vault(options.vault) as vault:
        accesses = vault.accesses()
    if options.json:
        print(json.dumps([access.to_dict() for access in accesses], ensure_ascii=False, indent=2))
        return 0
    for access in accesses:
        purposes, seen = "+".join(access.purposes) or "-", ", ".join(access.fields) or "nothing"
        print(f"{_moment(access.time)}  {access.consumer}  {purposes}  {seen}")
    return 0


def _rotate(options: argparse.Namespace) -> int:
    if options.same_passphrase and (options.keyring or not options.data_key):
        raise ValueError("Expected --same-passphrase with --data-key alone. Received: nothing to change, or --keyring")
    present = key_of(options.vault)
    with open_vault(options.vault, present) as vault:
        if options.keyring:
            source: KeySource = Keyring()
        else:
            source = present if options.same_passphrase else ask_passphrase(NEW_ENVIRONMENT, new=True)
        vault.rotate(source, data_key=options.data_key)
    print("Changed. A copy made before still opens with what it was locked with.")
    return 0


def _erase(options: argparse.Namespace) -> int:
    from makeup_ai.profile.erase import erase

    if not options.yes:
        if not sys.stdin.isatty():
            raise ValueError("Expected --yes, or a terminal to ask at. Received: neither; nothing was erased")
        if input(f"Destroy {options.vault} for good? Type 'erase': ").strip() != "erase":
            print("Nothing was erased.")
            return 0
    report = erase(options.vault)
    if options.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        for name, value in report.to_dict().items():
            print(f"{name}: {worded(value)}")
    return int(not report.proven)


def _contribute(options: argparse.Namespace) -> int:
    from makeup_ai.profile.anonymise import contribution

    with open_vault(options.vault) as vault:
        view = vault.view("statistics", "statistics")
    if not view.fields:
        raise PermissionError("Expected consent to 'statistics'. Received: none, so nothing is given")
    print(json.dumps(contribution(view.profile), ensure_ascii=False))
    return 0


def _anonymise(options: argparse.Namespace) -> int:
    from makeup_ai.profile.anonymise import anonymise, read_rows
    from makeup_ai.profile.pseudonyms import Pseudonyms

    release = anonymise(
        read_rows(options.rows),
        options.k,
        options.l,
        alike=options.alike,
        max_suppressed=options.max_suppressed,
        pseudonym=options.pseudonym,
        pseudonyms=Pseudonyms(Path(options.salt_file).read_bytes()) if options.salt_file else None,
    )
    write_whole(options.out, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in release.rows))
    print(json.dumps(release.report, ensure_ascii=False, indent=2))
    return 0


def _count(options: argparse.Namespace) -> int:
    from makeup_ai.profile.anonymise import read_rows
    from makeup_ai.profile.counts import Ledger, private_counts

    values = [value for value in options.values.split(",") if value]
    ledger = Ledger(options.ledger, options.total)
    try:
        counted = private_counts(
            read_rows(options.rows), options.field, options.epsilon, ledger, values=values, level=options.level
        )
    finally:
        ledger.close()
    numbers = {name: float(getattr(counted, name)) for name in ("epsilon", "scale", "remaining")}
    print(json.dumps({"field": counted.field, "counts": counted.counts, **numbers}, ensure_ascii=False, indent=2))
    return 0


def _fitted(told: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Return what was told in the domain's values, and say what nothing in the bundle is called."""
    from makeup_ai.assistant import Assistant, canonical

    assistant = Assistant.load(folder)
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}
    fitted = canonical(Profile(**values), assistant.lexicon)
    unknown = [n for name in ("allergies", "dislikes") for n in told.get(name, ()) if not assistant.resolve_avoid(n)]
    ids = [*told.get("owned", ()), *(one.product_id for one in told.get("history", ()))]
    for name in (*unknown, *(id_ for id_ in ids if id_ not in assistant.tables.row_of)):
        print(f"makeup-ai: nothing in the bundle is called {name!r}; it is kept as it is", file=sys.stderr)
    return {name: list(v) if isinstance(v := getattr(fitted, name), tuple) and name != "tone" else v for name in told}


def _moment(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds")


ACTIONS = {
    "set": _set,
    "unset": _unset,
    "show": _show,
    "export": _export,
    "consent": _consent,
    "log": _log,
    "rotate": _rotate,
    "erase": _erase,
    "contribute": _contribute,
    "anonymise": _anonymise,
    "count": _count,
}
