"""Examples to the padded arrays that training reads, in an order that depends on the seed and the epoch alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import SEP, SPECIAL_TOKENS, Encoding, Tokenizer, pad
from makeup_ai.training.data.examples import Example
from makeup_ai.training.data.pairs import encode_readings, readings

LENGTHS = (16, 32, 64, 128, 256, 512)
"""Lengths that rows are padded to, so that a graph is traced or compiled a few times only."""

PRODUCT_LENGTH = 32
"""Pieces of a product's text that its embedding reads."""


def buckets(max_length: int) -> tuple[int, ...]:
    """Return the padded lengths for a model that reads at most `max_length` pieces; the last is `max_length` itself.

    Examples:
        >>> buckets(100)
        (16, 32, 64, 100)
    """
    return (*(length for length in LENGTHS if length < max_length), max_length)


class Batches:
    """Encoded examples, grouped by length (and by whether they have a product), shuffled by seed and epoch.

    Args:
        examples: In any order; those with a second text are read as pairs.
        tokenizer: Of the model.
        batch_size: Rows a batch; the last of each length may have fewer.
        max_length: Longest text in pieces.
        seed: Of the order.
        with_products: Whether batches also carry the product texts of examples that have one, and behind them those of
            their negatives, row by row; all examples with a product have as many.

    Raises:
        ValueError: There are no examples, or the batch size is below one.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        tokenizer: Tokenizer,
        batch_size: int,
        max_length: int,
        *,
        seed: int = 0,
        with_products: bool = False,
    ):
        if not examples or batch_size < 1:
            raise ValueError(f"Expected examples and a batch size. Received: {len(examples)} and {batch_size}")
        self.examples = list(examples)
        self.encodings = encode_readings(tokenizer, readings(examples), max_length)
        self.batch_size, self.seed = batch_size, seed
        self._vocabulary_size, self._separator = tokenizer.vocabulary_size, tokenizer.token_id(SEP)
        self._products: dict[str, Encoding] = {}
        if with_products:
            texts = sorted({text for e in examples for text in (e.product, *(e.negatives or ())) if text is not None})
            length = min(PRODUCT_LENGTH, max_length)
            self._products = dict(zip(texts, tokenizer.encode_batch(texts, length), strict=True))
            self._nothing = tokenizer.encode("", length)
        self._product_length = min(PRODUCT_LENGTH, max_length)
        self._with_products = with_products
        # Rows with a product meet each other: more to compare in a batch, and none is encoded for nothing.
        self._groups: dict[tuple[int, bool], list[int]] = {}
        for row, encoding in enumerate(self.encodings):
            length = next(bucket for bucket in buckets(max_length) if len(encoding.token_ids) <= bucket)
            self._groups.setdefault((length, with_products and examples[row].product is not None), []).append(row)

    def __len__(self) -> int:
        """Return the batches in an epoch."""
        return sum(-(-len(rows) // self.batch_size) for rows in self._groups.values())

    def epoch(self, epoch: int | None) -> list[tuple[int, NDArray[np.int64]]]:
        """Return an epoch's batches as padded length and rows.

        Args:
            epoch: Which epoch's order, or `None` for the order of the examples within each length.
        """
        generator = None if epoch is None else np.random.default_rng([self.seed, epoch])
        plan = []
        for (length, _), rows in sorted(self._groups.items()):
            order = np.asarray(rows) if generator is None else generator.permutation(rows)
            plan += [(length, order[i : i + self.batch_size]) for i in range(0, len(order), self.batch_size)]
        if generator is None:
            return plan
        return [plan[i] for i in generator.permutation(len(plan))]

    def inputs(self, length: int, rows: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
        """Return the input arrays of a batch."""
        token_ids, padding_mask = pad([self.encodings[row] for row in rows], length)
        if not self._with_products:
            return {"token_ids": token_ids, "padding_mask": padding_mask}
        products = [self._product(self.examples[row].product) for row in rows]
        products += [self._product(text) for row in rows for text in self.examples[row].negatives or ()]
        longest = max(len(encoding.token_ids) for encoding in products)
        length = self._product_length if longest > len(self._nothing.token_ids) else longest
        product_ids, product_mask = pad(products, length)
        return {
            "token_ids": token_ids,
            "padding_mask": padding_mask,
            "product_token_ids": product_ids,
            "product_padding_mask": product_mask,
        }

    def noisy(
        self,
        inputs: dict[str, NDArray[np.int32]],
        share: float,
        generator: np.random.Generator,
        protected: NDArray[np.bool_] | None = None,
    ) -> dict[str, NDArray[np.int32]]:
        """Replace some pieces by random ones, so that a word never seen before is not taken for something it knows.

        Args:
            inputs: From `inputs`; not changed.
            share: Of the pieces that are replaced, in [0, 1).
            generator: Of the choice.
            protected: `(batch, length)`, true where a piece must stay, as those that fill a slot.
        """
        token_ids, padding_mask = inputs["token_ids"], inputs["padding_mask"]
        replaced = (generator.random(token_ids.shape) < share) & (padding_mask == 1)
        replaced[:, 0] = False  # [CLS]
        replaced &= token_ids != self._separator
        if protected is not None:
            replaced &= ~protected
        random_ids = generator.integers(len(SPECIAL_TOKENS), self._vocabulary_size, token_ids.shape, np.int32)
        return {**inputs, "token_ids": np.where(replaced, random_ids, token_ids)}

    def _product(self, text: str | None) -> Encoding:
        return self._nothing if text is None else self._products[text]


def stack_targets(targets: Sequence[Any], length: int) -> NDArray[np.int32]:
    """Stack ints to `(batch,)`, lists of ints to `(batch, length)` filled with -1, arrays to their own shape; int32."""
    if all(np.isscalar(target) or isinstance(target, np.ndarray) for target in targets):
        return np.asarray(targets, np.int32)
    stacked = np.full((len(targets), length), -1, np.int32)
    for row, target in enumerate(targets):
        stacked[row, : len(target)] = target
    return stacked
