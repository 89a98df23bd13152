"""The answer that plans a routine: its steps, the week, what should not meet, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping

from makeup_ai.content.question import Question
from makeup_ai.recommend.needs import WORDS
from makeup_ai.recommend.routine import build_routine
from makeup_ai.recommend.routine.table import DAYS
from makeup_ai.schema import Meeting, PlannedStep, Recommendation, Routine, Week

SOLVED = ("alternate_nights", "split_day")
"""Meetings that are solved without leaving a product out."""


def planned(q: Question) -> Routine:
    """Plan the routine of a question; a budget in its words is for all of it together."""
    total = q.needs.budget if WORDS in q.needs.sources.get("budget", ()) else None
    return build_routine(q.ranking, q.needs, q.knowledge, q.plans, total=total)


def steps(q: Question) -> list[Recommendation]:
    """The products of a routine, in its order."""
    return [step.product for step in planned(q).steps]


def plan(q: Question) -> list[str]:
    """Plan a routine and put it in words."""
    return told(q, planned(q))


def told(q: Question, routine: Routine) -> list[str]:
    """Put a routine in words: mornings, evenings, the week, what to begin slowly, the sun, and the price."""
    if not routine.steps:
        return [q.say("routine.none"), *_aside(q, routine)]
    needs = q.named_needs()
    sentences = [q.say("routine.intro", needs=needs) if needs else q.say("routine.intro_plain")]
    for when in ("am", "pm"):
        words = [_step(q, i, step) for i, step in enumerate(routine.sitting(when), 1)]
        if words:
            sentences.append(q.say(f"routine.{when}", steps=q.phrases.clauses(words, q.language)))
    sentences += [_meeting(q, meeting) for meeting in routine.meetings if meeting.solved in SOLVED]
    ends = (*routine.weeks[:1], *routine.weeks[1:][-1:])  # what lies between, the slow starts tell
    sentences += [_week(q, routine, week) for week in ends]
    sentences += [_slow(q, step) for step in routine.steps]
    sentences += routine.sun
    return [*sentences, *_aside(q, routine), *_missing(q, routine), *_total(q, routine)]


def _step(q: Question, number: int, step: PlannedStep) -> str:
    key = "routine.owned_product" if step.origin == "owned" else ""
    name, brand = step.product.name, step.product.brand
    product = q.say(key, product=name, brand=brand) if key else q.product(step.product)
    return q.say("routine.step", number=str(number), category=q.name(f"category:{step.category}"), product=product)


def _meeting(q: Question, meeting: Meeting) -> str:
    first, second = (_name(q, product_id) for product_id in meeting.products)
    return q.say(f"routine.{meeting.solved}", first=first, second=second, why=meeting.why)


def _week(q: Question, routine: Routine, week: Week) -> str:
    """Name the nights of what is not used every night."""
    words = []
    for step in routine.sitting("pm"):
        days = [day for day, night in enumerate(week.nights) if step.product.product_id in night]
        if 0 < len(days) < DAYS:
            named = q.phrases.render("list.separator", q.language).join(q.say(f"routine.day_{day}") for day in days)
            words.append(q.say("routine.nights", product=step.product.name, days=named))
    if not words:
        return ""
    return q.say("routine.week", week=str(week.first), nights=q.phrases.clauses(words, q.language))


def _slow(q: Question, step: PlannedStep) -> str:
    if step.slow_start is None:
        return ""
    stages = [q.say("routine.stage", week=str(week), times=str(times)) for week, times in step.slow_start.stages]
    listed = q.phrases.render("list.separator", q.language).join(stages)
    return q.say("routine.slow", product=step.product.name, stages=listed, why=step.slow_start.text)


def _aside(q: Question, routine: Routine) -> list[str]:
    against: Mapping[str, Meeting] = {m.products[1]: m for m in routine.meetings if m.solved not in SOLVED}
    sentences = []
    for one in routine.set_aside:
        fields = {"product": _name(q, one.product_id), "detail": one.detail}
        if one.product_id in against:
            meeting = against[one.product_id]
            fields |= {"other": _name(q, meeting.products[0]), "why": meeting.why}
        sentences.append(q.say(f"routine.aside_{one.because}", **fields))
    return sentences


def _missing(q: Question, routine: Routine) -> list[str]:
    sentences = []
    for because in ("none", "clash", "total"):
        kinds = [q.name(f"category:{one.category}") for one in routine.missing if one.because == because]
        if kinds:
            key = "routine.missing" if because == "none" else f"routine.missing_{because}"
            sentences.append(q.say(key, categories=q.join(kinds)))
    if routine.sun and any(one.category == q.plans.sun for one in routine.missing):
        sentences.append(q.say("routine.sun_missing"))
    return sentences


def _total(q: Question, routine: Routine) -> list[str]:
    if not routine.to_buy:
        return [q.say("routine.nothing_to_buy")]
    fields = {"count": str(len(routine.to_buy)), "price": q.phrases.price(routine.total, routine.currency, q.language)}
    if routine.budget is None:
        return [q.say("routine.total", **fields)]
    budget = q.phrases.price(routine.budget, routine.currency, q.language)
    return [q.say("routine.total_budget", budget=budget, **fields)]


def _name(q: Question, product_id: str) -> str:
    return q.tables.product_name(q.tables.row_of[product_id], q.language)
