/** How much a product's text is like the question: the cosine of their embeddings. */

import { fixed, UNIT } from "../fixed";
import type { Needs } from "../needs";
import type { Tables } from "../tables";
import type { Contribution } from "./contribution";

const INT8_SCALE = 127;
const QUERY_SCALE = 2 ** 24; // a float32's precision near one

/**
 * Gives the cosine above the floor, times the weight.
 *
 * The question's vector is rounded to whole 24-bit numbers first: every product and sum is then a whole number under
 * 2^53, so the cosine is the same in whatever order or language it is added up.
 */
export function relevance(tables: Tables, _needs: Needs, embedding: readonly number[]): Contribution[] {
  if (!embedding.length || !tables.products.length) return [];
  const { dim, embeddings, settings } = tables;
  if (embedding.length !== dim || !embedding.every(Number.isFinite)) {
    throw new Error(
      `Expected an embedding of ${dim} finite numbers, as embeddings.bin has. Received: ${embedding.length}`,
    );
  }
  const query = embedding.map((x) => Math.floor(x * QUERY_SCALE + 0.5));
  const cosine = tables.products.map((_, row) => {
    const sum = query.reduce((total, x, i) => total + x * embeddings[row * dim + i]!, 0);
    return sum / (INT8_SCALE * QUERY_SCALE);
  });
  return [
    {
      name: "relevance",
      values: cosine.map((c) => fixed(settings.weights["relevance"]! * (c > settings.relevance_floor ? c : 0))),
      evidence: (row) => ({ kind: "words", similarity: fixed(cosine[row]!) / UNIT }),
    },
  ];
}
