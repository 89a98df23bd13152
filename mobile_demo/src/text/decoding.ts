/** Model outputs to answers: probabilities and BIO spans. */

/** Characters `start` to `end` (exclusive) fill `slot`, with the mean probability of their labels. */
export interface Span {
  slot: string;
  start: number;
  end: number;
  confidence: number;
}

/** Returns probabilities over one row of logits. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const highest = Math.max(...values);
  const shifted = values.map((value) => Math.exp(value - highest));
  const total = shifted.reduce((sum, value) => sum + value, 0);
  return shifted.map((value) => value / total);
}

/** Returns the place of the largest value, the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * Reads spans from BIO logits, a row a piece.
 *
 * An `I-x` that does not follow `B-x` or `I-x` opens a span of its own. Pieces without characters close a span.
 */
export function bioSpans(
  logits: readonly ArrayLike<number>[],
  labels: readonly string[],
  offsets: readonly (readonly [number, number])[],
): Span[] {
  const spans: Span[] = [];
  let open: { slot: string; start: number; end: number; probabilities: number[] } | null = null;
  const close = () => {
    if (!open) return;
    const { slot, start, end, probabilities } = open;
    const confidence = probabilities.reduce((sum, p) => sum + p, 0) / probabilities.length;
    spans.push({ slot, start, end, confidence });
  };
  logits.forEach((row, piece) => {
    const [start, end] = offsets[piece]!;
    const best = argmax(row);
    const label = end > start ? labels[best]! : "O";
    const dash = label.indexOf("-");
    const slot = dash < 0 ? "" : label.slice(dash + 1);
    const probability = softmax(row)[best]!;
    if (open && label.startsWith("I-") && slot === open.slot) {
      open.end = end;
      open.probabilities.push(probability);
      return;
    }
    close();
    open = slot ? { slot, start, end, probabilities: [probability] } : null;
  });
  close();
  return spans;
}
