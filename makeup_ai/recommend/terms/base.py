"""What a term gives to the sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Contribution:
    """One summand for every product at once.

    Args:
        name: Of the term, which is also the name of its weight and of its phrase `term.<name>`.
        values: `(products,)` int64 ten-thousandths; zero where it does not speak of a product.
        evidence: Row -> what stands behind its value: `kind`, the end of the key `reason.<kind>`, and its facts.
    """

    name: str
    values: NDArray[np.int64]
    evidence: Callable[[int], Mapping[str, Any]]
