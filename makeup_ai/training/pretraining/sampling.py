"""Text from a causal network, piece by piece: to see at a glance what a generator has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from makeup_ai.text.tokenizer import CLS, MASK, PAD, SEP, UNK, Tokenizer
from makeup_ai.training.data.batches import buckets
from makeup_ai.training.pretraining.objectives import NEXT_WORD

if TYPE_CHECKING:
    import keras

NEVER = (PAD, UNK, CLS, MASK)
"""Pieces that no text goes on with."""


def continue_text(
    network: keras.Model,
    tokenizer: Tokenizer,
    prompt: str,
    *,
    max_length: int = 128,
    top_p: float = 0.0,
    temperature: float = 1.0,
    seed: int = 0,
) -> str:
    """Go on with a text until the network ends it or it is full.

    Args:
        network: From `causal_network`.
        tokenizer: Of the network.
        prompt: How the text begins; may be empty.
        max_length: Pieces of the whole.
        top_p: Pieces are drawn from the likeliest that together have this probability (Holtzman et al., 2020,
            arXiv:1904.09751); 0 for the likeliest alone.
        temperature: What logits are divided by before drawing.
        seed: Of the draws.

    Returns:
        The whole text, in the normal form of the vocabulary.

    Raises:
        ValueError: The network has no next word, or a number is out of range.
    """
    if NEXT_WORD not in network.output:
        raise ValueError(f"Expected a network of the objective 'clm'. Received: outputs {sorted(network.output)}")
    if not 0 <= top_p <= 1 or temperature <= 0:
        raise ValueError(f"Expected top_p in [0, 1], temperature above 0. Received: {top_p}, {temperature}")
    generator = np.random.default_rng(seed)
    ids = tokenizer.encode(prompt, max_length).token_ids[:-1].tolist()
    never = [tokenizer.token_id(piece) for piece in NEVER]
    while len(ids) < max_length:
        length = next(bucket for bucket in buckets(max_length) if len(ids) <= bucket)
        token_ids = np.zeros((1, length), np.int32)
        token_ids[0, : len(ids)] = ids
        padding_mask = (np.arange(length)[None] < len(ids)).astype(np.int32)
        found: Any = network.predict_on_batch({"token_ids": token_ids, "padding_mask": padding_mask})
        logits = np.asarray(found[NEXT_WORD][0, len(ids) - 1], np.float64)
        logits[never] = -np.inf
        piece = next_piece(logits / temperature, top_p, generator)
        if piece == tokenizer.token_id(SEP):
            break
        ids.append(piece)
    return join_pieces([tokenizer.vocabulary[index] for index in ids[1:]])


def next_piece(logits: NDArray[np.float64], top_p: float, generator: np.random.Generator) -> int:
    """Choose the next piece.

    Args:
        logits: `(vocabulary,)`.
        top_p: See `continue_text`.
        generator: Of the draw.
    """
    order = np.argsort(-logits, kind="stable")
    if not top_p:
        return int(order[0])
    weights = np.exp(logits[order] - logits[order[0]])
    shares = weights / weights.sum()
    nucleus = int(np.searchsorted(np.cumsum(shares), top_p)) + 1  # the fewest that reach it
    kept = shares[:nucleus] / shares[:nucleus].sum()
    return int(order[int(generator.choice(len(kept), p=kept))])


def join_pieces(pieces: list[str]) -> str:
    """Join pieces to a text: with blanks between words, none within words and between Chinese characters.

    Examples:
        >>> join_pieces(["mois", "##ture", "for", "skin", ".", "补", "水"])
        'moisture for skin. 补水'
    """
    text = ""
    for piece in pieces:
        if piece.startswith("##") and len(piece) > 2:
            text += piece[2:]
        elif not text or (not piece[0].isalnum() and len(piece) == 1) or (_wide(text[-1]) and _wide(piece[0])):
            text += piece
        else:
            text += f" {piece}"
    return text


def _wide(character: str) -> bool:
    return character >= "\u2e80"
