"""One turn while it is being answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from makeup_ai.assistant import Assistant
from makeup_ai.content.answer import Composed, compose
from makeup_ai.content.question import LISTED, Question
from makeup_ai.content.routines import told
from makeup_ai.dialogue.asking import BUDGET, best_question
from makeup_ai.dialogue.gathering import needs_of, profile_view
from makeup_ai.dialogue.reading import Reading, product_of
from makeup_ai.dialogue.rules import DialogueTable
from makeup_ai.dialogue.state import Learned, Pending, State, Turn
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.rank import Ranking, recommend
from makeup_ai.recommend.routine import build_routine
from makeup_ai.schema import Bought, Caution, Intent, Profile, Recommendation, Routine, SkinReport

NEED = "need"
"""Kind of a pending question for a need."""


class Scene:
    """What a turn knows and has said so far; handlers say and change the state, and one of them ends the turn.

    Args:
        assistant: Open.
        table: Of dialogues.
        profile: In the domain's own values.
        state: Before the turn; replaced as the turn goes on.
        reading: Of the turn.
        skin: What a photo showed, or `None`.
    """

    def __init__(
        self,
        assistant: Assistant,
        table: DialogueTable,
        profile: Profile,
        state: State,
        reading: Reading,
        skin: SkinReport | None,
    ):
        self.assistant, self.table, self.profile = assistant, table, profile
        self.state, self.reading, self.skin = state, reading, skin
        self.tables, self.before = assistant.tables, state
        self.said: list[str] = []
        self.learned: list[Learned] = []
        self.answered = False
        """Whether the text answered what was pending; then it is no feedback and no act."""

    def words(self, key: str, **fields: str) -> str:
        """Render a phrase in the language of the answer."""
        return self.tables.phrases.render(key, self.reading.language, **fields)

    def say(self, key: str, **fields: str) -> None:
        """Say a sentence."""
        self.said.append(self.words(key, **fields))

    def name(self, node: str) -> str:
        """Word a need in the language of the answer."""
        return self.tables.name(node, self.reading.language)

    def product_name(self, product_id: str) -> str:
        """Name a product, or give its id where the catalogue lacks it."""
        row = self.tables.row_of.get(product_id)
        return product_id if row is None else self.tables.product_name(row, self.reading.language)

    def price(self, amount: float) -> str:
        """Write an amount in the catalogue's currency."""
        currency = self.tables.products[0].currency if self.tables.products else ""
        return self.tables.phrases.price(amount, currency, self.reading.language)

    def join(self, items: Sequence[str]) -> str:
        """Join a list in the language of the answer."""
        return self.tables.phrases.join(items, self.reading.language)

    def is_act(self, name: str) -> bool:
        """Whether the turn does this."""
        return self.table.is_act(name, self.reading.text)

    def learn(self, field: str, value: str | float | Bought, source: str, *, removed: bool = False) -> None:
        """Change the profile as it is seen, and give the change to the caller."""
        fact = Learned(field, value, source, removed)
        self.learned.append(fact)
        self.state = replace(self.state, learned=(*self.state.learned, fact))

    def product(self) -> str | None:
        """Tell which product of the catalogue is spoken of."""
        rows = [self.tables.row_of.get(product_id) for product_id in self.state.shown]
        kinds = [self.tables.products[row].category if row is not None else "" for row in rows]
        found = product_of(self.table, self.reading, self.state, kinds)
        return found if found in self.tables.row_of else None

    @property
    def needs(self) -> Needs:
        """What is looked for now."""
        return needs_of(self.assistant, self.profile, self.state)

    def embedding(self) -> tuple[float, ...]:
        """The topic's embedding; empty without a topic."""
        topic = self.state.topic
        return tuple(float(x) for x in self.assistant.understander.embed(topic)) if topic else ()

    def rank(self, needs: Needs) -> Ranking:
        """Rank for the needs, in the language of the answer."""
        return recommend(self.tables, needs, self.embedding(), self.reading.language)

    def rows(self, ranking: Ranking) -> list[int]:
        """Rows that may be shown, in the order in which this conversation wants them."""
        state, products = self.state, self.tables.products
        refused: dict[str, set[str]] = {}
        for wish in state.refused:
            refused.setdefault(wish.slot, set()).add(str(wish.value))
        hidden = {
            r for s, values in refused.items() for v in values for r in self.tables.offering(s).get(v.lower(), ())
        }
        rows = [
            row
            for row in ranking.order.tolist()
            if products[row].product_id not in state.passed
            and products[row].brand not in state.brands_out
            and (state.floor is None or products[row].price >= state.floor)
            and (state.below is None or products[row].price < state.below)
            and row not in hidden
        ]
        return sorted(rows, key=lambda row: products[row].price) if state.cheapest else rows

    def narrowed(self, ranking: Ranking) -> Ranking:
        """Give the ranking of what may be shown."""
        rows = self.rows(ranking)
        if rows == ranking.order.tolist():
            return ranking
        top = self.tables.settings.top
        offered = tuple(ranking.recommendation(row) for row in rows[:top])
        return replace(ranking, order=np.array(rows, np.int64), recommendations=offered)

    def compare(self, product_ids: Sequence[str]) -> Turn:
        """Hold two products against each other, for what is looked for now."""
        needs = replace(self.needs, filters={})  # both are named: no filter is needed to tell which are meant
        ranking = self.rank(needs)
        rows = sorted((self.tables.row_of[i] for i in product_ids[:2]), key=lambda row: -int(ranking.scores[row]))
        pair = replace(
            ranking,
            order=np.array(rows, np.int64),
            recommendations=tuple(ranking.recommendation(row) for row in rows),
        )
        composed = self._composed("compare", needs, pair)
        self.said.append(composed.answer)
        return self.end(composed.recommendations, needs=needs)

    def _composed(self, intent: str, needs: Needs, ranking: Ranking) -> Composed:
        return compose(
            text=self.reading.text or " . ",
            understanding=replace(self.reading.understanding, intent=Intent(intent, 1.0)),
            needs=needs,
            ranking=ranking,
            skin=self.skin,
            knowledge=self.assistant.knowledge_table,
            tables=self.tables,
            language=self.reading.language,
            plans=self.assistant.routines,
        )

    def offer(self) -> Turn:
        """Recommend for what is looked for now, and ask for what is missing."""
        self.state = replace(self.state, planning=False)
        needs = self.needs
        full = self.rank(needs)
        ranking = self.narrowed(full)
        if full.recommendations and not ranking.recommendations:
            return self._no_more(needs)
        composed = self._composed("recommend", needs, ranking)
        self.said.append(composed.answer)
        self._show([one.product_id for one in composed.recommendations])
        question = self._ask(needs) if composed.recommendations else None
        return self.end(composed.recommendations, composed.cautions, question=question, needs=needs)

    def _no_more(self, needs: Needs) -> Turn:
        """Say that nothing else fits, and take back what left nothing: the next wish starts from the last list."""
        before = self.before
        if self.state.below is not None and self.state.below != before.below:
            self.said[-1:] = [self.words("dialogue.no_cheaper", price=self.price(self.state.below))]
        else:
            self.say("dialogue.no_more")
        rejected = {one.value.product_id for one in self.learned if isinstance(one.value, Bought)}
        self.state = replace(
            self.state,
            below=before.below,
            brands_out=before.brands_out,
            floor=before.floor,
            passed=tuple(dict.fromkeys((*before.passed, *(i for i in self.state.passed if i in rejected)))),
        )
        return self.end(needs=needs)

    def plan(self) -> Turn:
        """Plan a routine for what is looked for now; a budget in words is for all of it."""
        self.state = replace(self.state, planning=True, total=self.state.budget, below=None)
        needs = self.needs
        ranking = self.narrowed(self.rank(needs))
        routine = build_routine(
            ranking,
            needs,
            self.assistant.knowledge_table,
            self.assistant.routines,
            picked=self.state.picked,
            without={str(wish.value) for wish in self.state.refused if wish.slot == "category"},
            total=self.state.total,
        )
        question = Question(
            self.reading.text, self.reading.understanding, needs, ranking, self.skin, self.assistant.knowledge_table,
            self.tables, self.reading.language, self.assistant.routines,
        )  # fmt: skip
        self.said += told(question, routine)
        self.state = replace(self.state, spent=routine.total)
        products = tuple(step.product for step in routine.steps)
        self._show([one.product_id for one in products])
        return self.end(products, routine=routine, needs=needs)

    def _show(self, ids: list[str]) -> None:
        if ids:
            self.state = replace(self.state, shown=tuple(ids), focus=ids[0])

    def _ask(self, needs: Needs) -> str | None:
        """Ask for the need that is missing most, at the end of the answer."""
        state, rules = self.state, self.table.asking
        view = profile_view(self.profile, state)
        best = best_question(self.tables, needs, self.embedding(), state, view, rules, self.rows)
        if best is None or state.pending is not None:
            return None
        values = best.values[:LISTED]
        prices = [self.price(float(value)) for value in sorted(values, key=float)] if best.slot == BUDGET else []
        names = self.join(prices or [self.name(f"{best.slot}:{value}") for value in values])
        self.say(f"dialogue.ask_{best.slot}", values=names)
        pending = Pending(NEED, best.slot, best.values)
        self.state = replace(state, asked=(*state.asked, best.slot), pending=pending)
        return best.slot

    def end(
        self,
        recommendations: Iterable[Recommendation] = (),
        cautions: Iterable[Caution] = (),
        *,
        routine: Routine | None = None,
        question: str | None = None,
        needs: Needs | None = None,
    ) -> Turn:
        """End the turn with what was said."""
        language = self.reading.language
        self.state = replace(self.state, language=language, turns=self.state.turns + 1)
        beside: dict[str, Any] = {"recommendations": tuple(recommendations), "cautions": tuple(cautions)}
        text = self.tables.phrases.text(self.said, language)
        return Turn(
            language, text, routine=routine, question=question, learned=tuple(self.learned), needs=needs,
            state=self.state, **beside,
        )  # fmt: skip
