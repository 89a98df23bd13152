"""The ways to answer a turn, one small function each, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from makeup_ai.dialogue.explaining import why_words
from makeup_ai.dialogue.gathering import KEEP_OUT, WHICH_VALUE, kept_out, merge
from makeup_ai.dialogue.hearing import add, cheaper, feedback, own
from makeup_ai.dialogue.pending import hear_answer
from makeup_ai.dialogue.reading import places_in
from makeup_ai.dialogue.rules import found
from makeup_ai.dialogue.scene import Scene
from makeup_ai.dialogue.state import SAID, Pending, State, Turn
from makeup_ai.schema import LANGUAGES, Caution
from makeup_ai.search.answering import DECLINED, OFF_TOPIC

LONGEST_PLACE = 24
"""Characters of a text that is nothing but a place in the list ("the second one, please")."""

Handler = Callable[[Scene], "Turn | None"]
"""`None` where the turn is not for it."""


def nothing(scene: Scene) -> Turn | None:
    """Say that there was nothing to read: no text, or no letter and no figure in it. A photo alone is answered."""
    text = scene.reading.text
    if any(character.isalnum() for character in text):
        return None
    if scene.skin is not None:
        return scene.offer()
    scene.say("dialogue.no_words" if text.strip() else "answer.empty")
    return scene.end()


def medical(scene: Scene) -> Turn | None:
    """Send to a doctor before anything else, offer nothing, and keep in mind what protects."""
    text = scene.reading.text
    flags = [match[0] for flag in scene.tables.settings.red_flags if (match := flag.search(text.lower()))]
    if not flags:
        return None
    _protect(scene)
    cautions = []
    for flag in dict.fromkeys(flags[:1]):
        scene.say("caution.medical", text=flag)
        cautions.append(Caution("medical", scene.said[-1]))
    product_id = scene.product()
    if product_id is not None and scene.state.shown:
        scene.say("feedback.negative")
        scene.state = replace(scene.state, passed=tuple(dict.fromkeys((*scene.state.passed, product_id))))
    return scene.end(cautions=cautions)


def declined(scene: Scene) -> Turn | None:
    """Follow no orders, but keep in mind what protects."""
    if not scene.assistant.answering.asking.is_hostile(scene.reading.text):
        return None
    _protect(scene)
    scene.say("ask.declined")
    return scene.end()


def _protect(scene: Scene) -> None:
    masks = tuple(w for w in scene.reading.wishes if scene.tables.slots[w.slot].role == "mask")
    only = replace(scene.reading, wishes=masks, taken_back=(), budget=None, floor=None)
    scene.state = merge(scene.state, only, scene.tables, scene.table)


def restart(scene: Scene) -> Turn | None:
    """Forget what is looked for; what was learnt of the person, and what was asked, stays."""
    if not scene.is_act("restart"):
        return None
    old = scene.state
    scene.state = State(language=old.language, turns=old.turns, asked=old.asked, learned=old.learned)
    scene.say("dialogue.restarted")
    if scene.reading.asks:
        return recommend(scene)
    return scene.end()


def answer(scene: Scene) -> Turn | None:
    """Hear the answer to what was asked, and an age; the turn goes on with it."""
    hear_answer(scene)
    age = scene.table.age_in(scene.reading.text)
    if age is not None and not scene.answered:
        scene.learn("age", age, SAID)
    return None


def why_not(scene: Scene) -> Turn | None:
    """Say why a product is not offered, or where it stands: the masks, or the sum."""
    if not scene.is_act("why_not"):
        return None
    product_id = scene.product()
    if product_id is None:
        if scene.reading.asks:
            return None
        scene.say("dialogue.which_product")
        return scene.end()
    needs = scene.needs
    ranking = scene.rank(needs)
    explanation = ranking.explain(product_id)
    if not explanation.masks and product_id in scene.state.passed:
        scene.say("dialogue.why_passed", product=scene.product_name(product_id))
    elif not explanation.masks and scene.tables.row_of[product_id] not in scene.rows(ranking):
        scene.say("dialogue.why_narrowed", product=scene.product_name(product_id))
    else:
        scene.said += why_words(scene, ranking, explanation)
    scene.state = replace(scene.state, focus=product_id)
    return scene.end(needs=needs)


def another(scene: Scene) -> Turn | None:
    """Show others, cheaper ones, the cheapest, another brand, or look on without a budget."""
    if scene.answered:
        return None
    state, products = scene.state, scene.tables.products
    shown = [i for i in state.shown if i in scene.tables.row_of]
    if state.planning and shown and scene.is_act("cheaper"):
        return _cheaper_step(scene, scene.product() or shown[0])
    waived = scene.is_act("drop_budget")
    if waived:
        scene.state = replace(_merged(scene), budget=None, floor=None, below=None, open_budget=True, total=None)
        scene.say("dialogue.open_budget")
    if scene.is_act("cheapest"):
        scene.state = replace(scene.state if waived else _merged(scene), cheapest=True)
    elif scene.is_act("cheaper") and shown:
        cheaper(scene, scene.product() or shown[0])
        scene.learned.clear()  # a wish for this list is no budget for life
        scene.state = replace(_merged(scene), learned=state.learned)
    elif scene.is_act("another_brand") and shown:
        about = scene.product() or shown[0]
        brand = products[scene.tables.row_of[about]].brand
        scene.state = replace(_merged(scene), brands_out=tuple(dict.fromkeys((*state.brands_out, brand))))
        scene.say("dialogue.brand_out", brand=brand)
    elif scene.is_act("more") and shown:
        scene.state = replace(_merged(scene), passed=tuple(dict.fromkeys((*state.passed, *shown))))
    elif not waived:
        return None
    return scene.plan() if scene.state.planning else scene.offer()


def _cheaper_step(scene: Scene, product_id: str) -> Turn:
    """Plan again with something cheaper in the place of one product."""
    product = scene.tables.products[scene.tables.row_of[product_id]]
    dear = [p.product_id for p in scene.tables.products if p.category == product.category and p.price >= product.price]
    scene.state = replace(scene.state, passed=tuple(dict.fromkeys((*scene.state.passed, *dear))))
    scene.say("dialogue.below", price=scene.price(product.price))
    return scene.plan()


def _merged(scene: Scene) -> State:
    return merge(scene.state, scene.reading, scene.tables, scene.table)


def facts(scene: Scene) -> Turn | None:
    """Answer a question about ingredients, products and use from what is on record."""
    intent = scene.reading.understanding.intent
    sure = intent.label in scene.table.fact_intents and intent.confidence >= scene.table.fact_least
    believed = sure and not scene.reading.asks
    if scene.answered or not (scene.is_act("fact") or believed):
        return None
    answer = scene.assistant.ask(scene.reading.text, scene.reading.language)
    seeks = scene.reading.asks and (scene.is_act("seek") or not scene.is_act("fact"))
    if answer.refused and (answer.because == OFF_TOPIC or seeks):
        return None
    _protect(scene)
    scene.said.append(answer.answer)
    named = next((i for i in scene.reading.named if i in scene.tables.row_of), None)
    scene.state = replace(scene.state, focus=named or scene.state.focus)
    return scene.end()


def compare(scene: Scene) -> Turn | None:
    """Compare two products: those named, those of two places, or the first two of the last list."""
    if scene.answered or not scene.is_act("compare"):
        return None
    shown = [i for i in scene.state.shown if i in scene.tables.row_of]
    named = [*scene.reading.named, *places_in(scene.table, scene.reading.text, shown)]
    pair = list(dict.fromkeys(named if len(named) > 1 else [*named, *shown]))
    return scene.compare(pair) if len(pair) > 1 and (len(named) > 1 or not scene.reading.asks) else None


def detail(scene: Scene) -> Turn | None:
    """Tell of one product: what was asked of it, or what it is; its place in the list alone asks for that, too."""
    text, reading = scene.reading.text, scene.reading
    asked = scene.is_act("about_it")
    placed = any(found(patterns, text) for patterns in scene.table.ordinals.values())
    bare = placed and not reading.wishes and not scene.is_act("add") and len(text) <= LONGEST_PLACE
    product_id = scene.product()
    if scene.answered or product_id is None or not (asked or bare or scene.is_act("detail")):
        return None
    name = scene.product_name(product_id)
    answer = scene.assistant.ask(f"{name}: {text}" if asked else name, reading.language)
    if answer.refused and answer.because == OFF_TOPIC:
        return None
    scene.said.append(answer.answer)
    scene.state = replace(scene.state, focus=product_id)
    return scene.end()


def lift(scene: Scene) -> Turn | None:
    """Ask whether something that is left out may be in again."""
    reading = scene.reading
    value = scene.assistant.lexicon.value("avoid", reading.text) if scene.is_act("lift") else None
    if value is None or f"avoid:{value}" not in scene.needs.masks:
        return None
    scene.state = replace(scene.state, pending=Pending(KEEP_OUT, "avoid", (value, value)))
    scene.say("dialogue.may_be_in", avoided=scene.name(f"avoid:{value}"))
    return scene.end()


def plan(scene: Scene) -> Turn | None:
    """Plan a routine."""
    if scene.answered and scene.state.planning:
        scene.state = _merged(scene)
        return _confirm(scene) or scene.plan()
    if not scene.is_act("routine"):
        return None
    wishes = scene.reading.wishes
    merged = _merged(scene)
    if not any(wish.slot == "category" for wish in wishes):  # the steps are those of the habits, not of an earlier wish
        merged = replace(merged, wishes=tuple(w for w in merged.wishes if w.slot != "category"))
    scene.state = merged
    for habit, patterns in scene.table.habits.items():
        known = any(one.field == "habits" and one.value == habit for one in scene.state.learned)
        if found(patterns, scene.reading.text) and not known and habit not in scene.profile.habits:
            scene.learn("habits", habit, SAID)
    return _confirm(scene) or scene.plan()


def recommend(scene: Scene) -> Turn | None:
    """Recommend where needs were named or taken back, a question was answered, or products are asked for."""
    reading = scene.reading
    intent, least = reading.understanding.intent, scene.tables.settings.min_intent
    wanted = intent.label == "recommend" and intent.confidence >= least and any(c.isalpha() for c in reading.text)
    smalltalk = scene.is_act("greeting") or scene.is_act("thanks") or scene.is_act("chat")
    if not (reading.asks or reading.taken_back or scene.answered or scene.skin or (wanted and not smalltalk)):
        return None
    if wanted and not reading.asks and not scene.answered and scene.skin is None and not reading.taken_back:
        answer = scene.assistant.ask(reading.text, reading.language)
        if answer.refused and answer.because in (OFF_TOPIC, DECLINED) and not scene.state.wishes:
            return None
    scene.state = _merged(scene)
    for wish in reading.taken_back:
        if wish.value is not None and not any(_is(wish, other.slot, other.value) for other in reading.wishes):
            scene.say("dialogue.taken_back", value=scene.name(f"{wish.slot}:{wish.value}"))
            if wish.slot == "skin_type" and scene.profile.skin_type == wish.value:
                scene.learn("skin_type", wish.value, "said", removed=True)
    if scene.state.planning and not any(wish.slot == "category" for wish in reading.wishes):
        return _confirm(scene) or scene.plan()
    return _confirm(scene) or scene.offer()


def _is(wish: object, slot: str, value: str | None) -> bool:
    return (getattr(wish, "slot", None), getattr(wish, "value", None)) == (slot, value)


def _confirm(scene: Scene) -> Turn | None:
    """Ask which of two things that contradict each other holds."""
    pending = scene.state.pending
    if pending is not None and pending.kind == WHICH_VALUE:
        first, second = (scene.name(f"{pending.slot}:{value}") for value in pending.values)
        scene.say("dialogue.which_value", first=first, second=second)
        return scene.end()
    pending = kept_out(scene.assistant, scene.needs)
    if pending is None:
        return None
    avoided, wanted = pending.values
    scene.state = replace(scene.state, pending=pending)
    scene.say("dialogue.keep_out", avoided=scene.name(f"avoid:{avoided}"), wanted=scene.name(f"avoid:{wanted}"))
    return scene.end()


def small_talk(scene: Scene) -> Turn | None:
    """Greet, thank, and say what one is."""
    for act, key in (("chat", "dialogue.chat"), ("thanks", "answer.thanks"), ("greeting", "answer.greeting")):
        if scene.is_act(act):
            scene.say(key)
            return scene.end()
    return None


def lost(scene: Scene) -> Turn:
    """Answer from what is on record, say that it is not our subject, or ask for more."""
    language = scene.reading.language
    answer = scene.assistant.ask(scene.reading.text, language)
    if not answer.refused or answer.because != OFF_TOPIC:
        scene.said.append(answer.answer)
    else:
        ours = scene.state.wishes or len(scene.reading.text.split()) < 2 or scene.is_act("about_skin")
        scene.say("answer.ask" if ours else "answer.out_of_scope")
    foreign = scene.reading.understanding.language not in LANGUAGES
    return scene.end(cautions=[Caution("language", scene.words("caution.language"))] if foreign else [])


HANDLERS: tuple[Handler, ...] = (
    nothing,
    medical,
    declined,
    restart,
    answer,
    why_not,
    feedback,
    add,
    own,
    compare,
    detail,
    another,
    lift,
    facts,
    plan,
    recommend,
    small_talk,
    lost,
)
