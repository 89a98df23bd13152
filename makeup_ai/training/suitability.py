"""Weights of effects and ingredients for needs, learned from what a catalogue claims, with the graph's as the prior.

A claim is taken as a sign that a product serves a need: `logit P(claim) = bias + score`, where the score is the one
that the needs table sums,

    score = sum over ingredients of place x (sum over effects of strength x confidence x (graph + change) + own)

`graph` is the graph's weight of the effect for the need. `change` and `own` are learned, and have a Gaussian prior
around 0 (`Spread`): with no data the score is the graph's, with little it stays near (ridge towards the graph; Hoerl &
Kennard 1970, with the maximum a posteriori of MacKay 1992).

A part of an ingredient's own weight is shared with those that keep the same company in formulas (`company`), so that
what is learned of a common ingredient says something of a rare one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makeup_ai.knowledge.graph import Knowledge
from makeup_ai.knowledge.packlinking import LinkedPack
from makeup_ai.knowledge.suitability import effect_weights, position_weight
from makeup_ai.knowledge.weights import NeedWeights

Floats = NDArray[np.float64]

LEAST_EACH = 20
"""Products with a claim, and without it, below which a need is left to the graph."""
LEAST_WEIGHT = 0.005
"""Learned weights nearer to zero are left out of the table."""
COMPANY_DIMENSIONS, LEAST_TOGETHER = 40, 2
"""Of the places that `company` gives, and lists that two ingredients must share to be said to keep company."""
NOTHING = 1e-9
STEPS, HALVINGS = 50, 30
CONVERGED = 1e-8
"""Newton ends where the gradient, a product's mean of it, is no larger."""
BIAS_PRECISION = 1e-6
"""Of the bias, which has next to no prior, so that one kind of label alone still has a solution."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far learned weights are expected to lie from the graph's: standard deviations, in the graph's own unit.

    Args:
        effects: Of a change of an effect's weight; the graph's weights lie in [-1, 1].
        ingredients: Of the part of an ingredient's own weight that it shares with no other.
        company: Of the part that it shares with those of its company; 0 for none.
    """

    effects: float = 0.6
    ingredients: float = 0.1
    company: float = 0.1

    def __post_init__(self) -> None:
        if not (0 < self.effects < np.inf and 0 < self.ingredients < np.inf and 0 <= self.company < np.inf):
            raise ValueError(f"Expected standard deviations above 0, of company 0 or more. Received: {self}")


@dataclass(frozen=True)
class Formulas:
    """Lists of ingredients as numbers.

    Args:
        ingredients: `(products, ingredients)` weight of the place of each ingredient, 0 where it is not.
        effects: `(products, effects)` sums of place x strength x confidence.
    """

    ingredients: Floats
    effects: Floats

    @classmethod
    def of(cls, packs: Iterable[LinkedPack], knowledge: Knowledge) -> Formulas:
        """Read linked packs; every printed name counts as a place, an ingredient where it stands first."""
        column = {id_: i for i, id_ in enumerate(knowledge.ingredients)}
        rows = []
        for pack in packs:
            row = np.zeros(len(column))
            for position, mention in enumerate(pack.mentions, start=1):
                if (id_ := mention.ingredient_id) is not None and not row[column[id_]]:
                    row[column[id_]] = position_weight(position, knowledge.ingredients[id_].low_dose)
            rows.append(row)
        places = np.array(rows).reshape(-1, len(column))
        return cls(places, places @ statement_matrix(knowledge))

    def __len__(self) -> int:
        return len(self.ingredients)

    def take(self, rows: NDArray[np.intp]) -> Formulas:
        """Select rows."""
        return Formulas(self.ingredients[rows], self.effects[rows])


def statement_matrix(knowledge: Knowledge) -> Floats:
    """Return `(ingredients, effects)` strength x confidence of each statement."""
    column = {id_: i for i, id_ in enumerate(knowledge.effects)}
    matrix = np.zeros((len(knowledge.ingredients), len(column)))
    for row, item in enumerate(knowledge.ingredients.values()):
        for statement in item.effects:
            matrix[row, column[statement.effect]] += statement.strength * statement.confidence
    return matrix


def company(formulas: Formulas) -> Floats:
    """Place ingredients so that those which keep the same company lie near each other.

    The leading eigenvectors of the positive pointwise mutual information of ingredients that stand in one list
    (Levy & Goldberg 2014), each row of length 1. Lists are needed, claims are not; a list that comes twice counts once.

    Returns:
        `(ingredients, at most COMPANY_DIMENSIONS)`; rows of zeros for ingredients that keep none.
    """
    there = np.unique(formulas.ingredients > 0, axis=0).astype(np.float64)
    together = there.T @ there
    alone = np.maximum(np.diag(together), 1.0)
    lift = np.log(np.maximum(together * len(there) / np.outer(alone, alone), 1.0))
    lift[together < LEAST_TOGETHER] = 0.0
    np.fill_diagonal(lift, 0.0)
    values, vectors = np.linalg.eigh(lift)
    kept = [i for i in np.argsort(-values)[:COMPANY_DIMENSIONS] if values[i] > NOTHING]
    places = vectors[:, kept] * np.sqrt(values[kept])
    lengths = np.linalg.norm(places, axis=1, keepdims=True)
    return np.where(lengths > NOTHING, places / np.maximum(lengths, NOTHING), 0.0)


def graph_weights(knowledge: Knowledge, needs: Sequence[str]) -> Floats:
    """Return `(effects,)` the graph's weight of each effect, the mean over the needs.

    Raises:
        ValueError: No need is given, or the graph ties one to no effect.
    """
    tied = [effect_weights(effect) for effect in knowledge.effects.values()]
    known = {need for weights in tied for need in weights}
    if not needs or not set(needs) <= known:
        raise ValueError(f"Expected needs of the graph, of {sorted(known)}. Received: {list(needs)}")
    return np.array([sum(weights.get(need, 0.0) for need in needs) / len(needs) for weights in tied])


@dataclass(frozen=True)
class Fitted:
    """What one claim has taught.

    Args:
        bias: Of the logit, at even odds of the two classes.
        prior: `(effects,)` the graph's weights.
        change: `(effects,)` what is added to them.
        own: `(ingredients,)` weights of the ingredients themselves.
    """

    bias: float
    prior: Floats
    change: Floats
    own: Floats

    def scores(self, formulas: Formulas) -> Floats:
        """Return `(products,)` sums of terms, which leave out the bias; with it, above zero is likelier than not."""
        return formulas.effects @ (self.prior + self.change) + formulas.ingredients @ self.own


def fit(
    formulas: Formulas, claimed: NDArray[np.bool_], prior: Floats, spread: Spread, near: Floats | None = None
) -> Fitted:
    """Find the most probable weights, with both classes weighing the same whatever their sizes.

    Args:
        formulas: Of the products to learn from; with none, the weights are the prior.
        claimed: `(products,)`.
        prior: `(effects,)` weights to stay near.
        spread: How near.
        near: What `company` made; by default no weight is shared.

    Raises:
        ValueError: Lengths differ.
    """
    if len(claimed) != len(formulas) or len(prior) != formulas.effects.shape[1]:
        raise ValueError(
            f"Expected a label a product and a prior an effect, {len(formulas)} and {formulas.effects.shape[1]}. "
            f"Received: {len(claimed)} and {len(prior)}"
        )
    used = np.flatnonzero(formulas.ingredients.any(axis=0))  # an ingredient in no product has no part of its own
    none = np.zeros((formulas.ingredients.shape[1], 0))
    shared = spread.company * near if near is not None and spread.company else none
    parts = [
        np.ones((len(claimed), 1)),
        formulas.effects * spread.effects,
        formulas.ingredients[:, used] * spread.ingredients,
        formulas.ingredients @ shared,
    ]
    solution = _newton(np.hstack(parts), formulas.effects @ prior, claimed)
    bias, change, own, common = np.split(solution, np.cumsum([part.shape[1] for part in parts[:-1]]))
    weights = shared @ common
    weights[used] += own * spread.ingredients
    return Fitted(float(bias[0]), prior, change * spread.effects, weights)


def _newton(inputs: Floats, offset: Floats, claimed: NDArray[np.bool_]) -> Floats:
    """Minimise the class-balanced logistic loss plus half the squared length of the weights, the bias' left out."""
    target = claimed.astype(np.float64)
    balance = _balance(claimed)
    precision = np.ones(inputs.shape[1])
    precision[0] = BIAS_PRECISION
    weights = np.zeros(inputs.shape[1])

    def loss(at: Floats) -> float:
        logits = offset + inputs @ at
        return float(balance @ (np.logaddexp(0, logits) - target * logits) + 0.5 * precision @ (at * at))

    value = loss(weights)
    for _ in range(STEPS):
        chance = 0.5 * (1 + np.tanh((offset + inputs @ weights) / 2))  # the logistic function, which cannot overflow
        gradient = inputs.T @ (balance * (chance - target)) + precision * weights
        if np.abs(gradient).max() <= CONVERGED * max(len(target), 1):
            break
        curvature = (inputs * (balance * chance * (1 - chance))[:, None]).T @ inputs + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        for _ in range(HALVINGS):
            if (after := loss(weights - step)) <= value:
                break
            step = step / 2
        else:
            break  # no smaller loss can be told apart from this one
        weights, value = weights - step, after
    return weights


def _balance(claimed: NDArray[np.bool_]) -> Floats:
    """Return `(products,)` weights by which the two classes weigh the same, their sum the number of products."""
    count, yes = len(claimed), int(claimed.sum())
    if yes in (0, count):
        return np.ones(count)
    return np.where(claimed, count / (2 * yes), count / (2 * (count - yes)))


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights for the needs table, and what they were learned from.

    Args:
        weights: What `knowledge.suitability.needs_table` takes.
        claims: Need -> products with and without a claim, of the needs that were learned.
        left: Need -> the same, of the needs that have too few of either and are left to the graph.
    """

    weights: NeedWeights
    claims: Mapping[str, tuple[int, int]]
    left: Mapping[str, tuple[int, int]]


def learn_weights(
    formulas: Formulas, claims: Sequence[Iterable[str]], knowledge: Knowledge, spread: Spread | None = None
) -> Learned:
    """Learn the weights of every need that enough products claim to serve.

    Args:
        formulas: Of the products.
        claims: Product by product, the needs that it is said to serve (`"concern:pores"`); by its pack, its buyers or
            its reviewers.
        knowledge: The one that the formulas were read by.
        spread: How far from the graph weights may go; chosen by `benchmarks/suitability.py`.

    Raises:
        ValueError: Lengths differ, or a need is none of the graph's.
    """
    said = [frozenset(needs) for needs in claims]
    if len(said) != len(formulas):
        raise ValueError(f"Expected the claims of {len(formulas)} products. Received: {len(said)}")
    effects: dict[str, dict[str, float]] = {}
    ingredients: dict[str, dict[str, float]] = {}
    counts: dict[bool, dict[str, tuple[int, int]]] = {True: {}, False: {}}
    near = company(formulas)
    for need in sorted(frozenset().union(*said)):
        claimed = np.array([need in needs for needs in said])
        prior = graph_weights(knowledge, [need])
        count = (int(claimed.sum()), int((~claimed).sum()))
        counts[enough := min(count) >= LEAST_EACH][need] = count
        if enough:
            found = fit(formulas, claimed, prior, spread or Spread(), near)
            for table, ids, values in (
                (effects, knowledge.effects, found.change),
                (ingredients, knowledge.ingredients, found.own),
            ):
                for id_, value in zip(ids, values, strict=True):
                    if abs(value) >= LEAST_WEIGHT:
                        table.setdefault(id_, {})[need] = round(float(value), 4)
    return Learned(NeedWeights(effects, ingredients), counts[True], counts[False])
