"""Scripted conversations: what is said, what the answer must hold, and what is looked for after each turn.

A script is a file of `conversations/`; `you:` is said, and the lines up to the next one must hold of the answer:

    profile: {...}          fields of the profile, before the first turn
    me: words               the reply holds them, however they are cased
    not: words              it does not
    needs: a:b, c=d         just these needs and masks (`slot:value`) and filters (`slot=value`); `none`
    budget: 30              the most a product may cost; `none`
    asks: skin_type         the slot asked for at the end; `nothing`
    learns: field value     just these, with `;` between them; `nothing`
    offers: ...             `some`, `none`, `only serum`, `up to 30`, `from 50`, `not ID ...`, `free of NAME`
    language: zh            of the answer
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from makeup_ai.dialogue import Conversation, State
from makeup_ai.schema import Bought, Profile, to_dict

SCRIPTS = sorted((Path(__file__).parent / "conversations").glob("*.txt"))


def needs_of(turn):
    if turn.needs is None:
        return set()
    filters = {f"{slot}={value}" for slot, values in turn.needs.filters.items() for value in values}
    return {*turn.needs.needs, *turn.needs.masks, *turn.needs.unknown_avoid, *filters}


def learned(turn):
    def told(one):
        value = f"{one.value.product_id} {one.value.rating:g}" if isinstance(one.value, Bought) else one.value
        return f"{'no ' if one.removed else ''}{one.field} {value}"

    return [told(one) for one in turn.learned]


def check_offers(turn, expected, products):
    ids = [offered.product_id for offered in turn.recommendations]
    kind, _, rest = expected.partition(" ")
    match kind:
        case "some":
            assert ids
        case "none":
            assert not ids
        case "only":
            assert ids and {products[i].category for i in ids} <= set(rest.replace(",", " ").split())
        case "up":
            assert ids and all(products[i].price <= float(rest.removeprefix("to ")) for i in ids)
        case "from":
            assert ids and all(products[i].price >= float(rest) for i in ids)
        case "not":
            assert ids and not set(ids) & set(rest.split())
        case "first":
            assert ids[0] == rest
        case "free":
            name = rest.removeprefix("of ").lower()
            assert ids and not any(name in one.lower() for i in ids for one in products[i].ingredients)
        case _:
            raise ValueError(expected)


def check(turn, key, expected, products):
    match key:
        case "me":
            assert expected.lower() in turn.reply.lower()
        case "not":
            assert expected.lower() not in turn.reply.lower()
        case "needs":
            wanted = set() if expected == "none" else {one.strip() for one in expected.split(",")}
            assert needs_of(turn) == wanted
        case "budget":
            assert (None if turn.needs is None else turn.needs.budget) == (
                None if expected == "none" else float(expected)
            )
        case "asks":
            assert (turn.question or "nothing") == expected
        case "learns":
            assert learned(turn) == ([] if expected == "nothing" else [one.strip() for one in expected.split(";")])
        case "language":
            assert turn.language == expected
        case "offers":
            check_offers(turn, expected, products)
        case _:
            raise ValueError(f"{key}: no such check")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_conversation(path, assistant):
    products = {product.product_id: product for product in assistant.tables.products}
    conversation, turn, asked = None, None, []
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    profile = Profile.from_dict(json.loads(lines.pop(0).partition(":")[2])) if lines[0].startswith("profile:") else None
    conversation = Conversation(assistant, profile)
    for line in lines:
        key, _, rest = (part.strip() for part in line.partition(":"))
        if key == "you":
            conversation = Conversation(
                assistant, profile, State.from_dict(json.loads(json.dumps(conversation.state.to_dict())))
            )
            turn = conversation.say(rest)
            said = rest
            json.dumps(to_dict(turn), ensure_ascii=False)
            asked += [turn.question] if turn.question else []
            assert len(asked) <= 2 and len(set(asked)) == len(asked)
            masked = set(turn.needs.masks) if turn.needs else set()
            for offered in turn.recommendations:
                row = assistant.tables.row_of[offered.product_id]
                assert not any(row in assistant.tables.masks.get(need, {}) for need in masked)
            continue
        try:
            check(turn, key, rest, products)
        except AssertionError as error:
            shown = [offered.product_id for offered in turn.recommendations]
            raise AssertionError(
                f"{path.name}: after {said!r} expected {line!r}\nreply: {turn.reply}\nneeds: {needs_of(turn)}\n"
                f"offered: {shown}\nasks: {turn.question}, learns: {learned(turn)}"
            ) from error


def test_there_are_scripts_in_both_languages():
    texts = [path.read_text("utf-8") for path in SCRIPTS]
    chinese = [text for text in texts if any("\u4e00" <= c <= "\u9fff" for c in text)]
    assert len(texts) >= 30 and len(chinese) >= 10
