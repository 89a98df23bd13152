/** Needs in, products out: mask, sum, sort, spread, explain. */

import type { Language, Recommendation, Term } from "../schema";
import { spread } from "./diversity";
import { UNIT } from "./fixed";
import { masked, type Masked } from "./masks";
import type { Needs } from "./needs";
import { reasons } from "./reasons";
import type { Tables } from "./tables";
import { TERMS } from "./terms";
import type { Contribution } from "./terms/contribution";

/** The products offered, best first but for near-duplicates, which are spread; and what was not. */
export interface Ranking {
  recommendations: Recommendation[];
  masked: Masked;
  /** How many products were scored. */
  considered: number;
}

/** Ranks the catalogue; equal scores are ordered by product id. */
export function recommend(tables: Tables, needs: Needs, embedding: readonly number[], language: Language): Ranking {
  const out = masked(tables, needs);
  const summands = TERMS.flatMap((term) => term(tables, needs, embedding));
  const score = (row: number) => summands.reduce((sum, summand) => sum + summand.values[row]!, 0);
  const remaining = tables.products
    .map(({ product_id: id }, row) => ({ row, id, score: score(row) }))
    .filter(({ row }) => !out.hidden.has(row))
    .sort((a, b) => b.score - a.score || compare(a.id, b.id));
  const recommendations = spread(tables, remaining, tables.settings.top).map((ranked) =>
    write(tables, summands, ranked.score, ranked.row, language),
  );
  return { recommendations, masked: out, considered: remaining.length };
}

function write(
  tables: Tables,
  summands: readonly Contribution[],
  score: number,
  row: number,
  language: Language,
): Recommendation {
  const { product_id, brand, price, currency, sponsored } = tables.products[row]!;
  const terms = summands
    .filter((summand) => summand.values[row] !== 0)
    .map((summand): Term => ({
      name: summand.name,
      value: summand.values[row]! / UNIT,
      evidence: summand.evidence(row),
    }))
    .sort((a, b) => b.value - a.value || compare(a.name, b.name) || compare(needOf(a), needOf(b)));
  return {
    product_id,
    name: tables.productName(row, language),
    brand,
    price,
    currency,
    score: score / UNIT,
    terms,
    reasons: reasons(tables, terms, language),
    sponsored: sponsored === true,
  };
}

function needOf({ evidence }: Term): string {
  return "need" in evidence ? evidence.need : "";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
