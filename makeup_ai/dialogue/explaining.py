"""Why a product is not offered, or not first, in the few words of a conversation: its masks, or what is ahead of it."""

from __future__ import annotations

from makeup_ai.dialogue.scene import Scene
from makeup_ai.recommend.explaining import Explanation
from makeup_ai.recommend.rank import Ranking
from makeup_ai.recommend.reasons import reason, why_not


def why_words(scene: Scene, ranking: Ranking, explanation: Explanation) -> list[str]:
    """Put an explanation in words.

    Args:
        scene: For phrases, in the language of the answer.
        ranking: That was explained.
        explanation: Of one product.
    """
    tables, language = scene.tables, scene.reading.language
    product = scene.product_name(explanation.product_id)
    if explanation.masks:
        masks = [why_not(tables, mask, language) for mask in explanation.masks]
        return [scene.words("dialogue.why_masked", product=product, reasons=tables.phrases.clauses(masks, language))]
    fields = {"product": product, "position": str(explanation.position), "count": str(ranking.considered)}
    sentences = [scene.words("dialogue.why_position", **fields)]
    if explanation.recommendation.reasons:
        reasons = tables.phrases.clauses(explanation.recommendation.reasons, language)
        sentences.append(scene.words("dialogue.why_for", product=product, reasons=reasons))
    if explanation.position != 1:
        sentences += _ahead(scene, ranking, tables.row_of[explanation.product_id])
    return sentences


def _ahead(scene: Scene, ranking: Ranking, row: int) -> list[str]:
    """Name the term that puts the first product most ahead, with the difference that it makes in the sum."""
    best = int(ranking.order[0])
    gains = {at: int(s.values[best] - s.values[row]) for at, s in enumerate(ranking.summands)}
    most = max(gains, key=lambda at: (gains[at], -at), default=None)
    term = None if most is None or gains[most] <= 0 else ranking.term(ranking.summands[most], best)
    if term is None:
        return []
    words = reason(scene.tables, scene.tables.products[best], term, scene.reading.language)
    other = scene.tables.product_name(best, scene.reading.language)
    return [scene.words("dialogue.why_ahead", other=other, reason=words)]
