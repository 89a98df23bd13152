"""How near a product's best shade comes to the skin tone."""

from __future__ import annotations

import numpy as np

from makeup_ai.recommend.fixed import fixed, rounded
from makeup_ai.recommend.needs import Needs
from makeup_ai.recommend.tables import Tables
from makeup_ai.recommend.terms.base import Contribution
from makeup_ai.vision.colour import ciede2000


def contributions(tables: Tables, needs: Needs, embedding: tuple[float, ...]) -> list[Contribution]:
    """Give the nearness of the best shade, one at no CIEDE2000 distance and zero at the limit, times the weight.

    Of shades at the same distance the first of `shades.json` is taken.
    """
    shades, settings = tables.shades, tables.settings
    if needs.tone is None or not shades.rows.size:
        return []
    distance = np.asarray(ciede2000(shades.lab, np.asarray(needs.tone, np.float64)), np.float64)
    order = np.lexsort((distance, shades.rows))  # stable: the table's order among equals
    rows, first = np.unique(shades.rows[order], return_index=True)
    best = dict(zip(rows.tolist(), order[first].tolist(), strict=True))
    nearness = np.maximum(0.0, 1.0 - distance[order[first]] / settings.max_delta_e)
    values = np.zeros(len(tables.products), np.int64)
    values[rows] = fixed(settings.weights["shade"] * nearness)
    return [
        Contribution(
            "shade",
            values,
            lambda row: {
                "kind": "shade",
                "shade": shades.shade_ids[best[row]],
                "delta_e": rounded(float(distance[best[row]])),
            },
        )
    ]
