/** Spreading near-duplicates over the list that is shown: places change, sums never do. */

import type { Product } from "../schema";
import { fixed } from "./fixed";
import type { Diversity, Tables } from "./tables";

interface Ranked {
  row: number;
  score: number;
}

/**
 * Gives each place to the product whose score, less what its likeness to the most alike product above it costs, is
 * highest; the earlier in `ranked` among equals.
 */
export function spread<R extends Ranked>(tables: Tables, ranked: readonly R[], top: number): R[] {
  const settings = tables.settings.diversity;
  if (!settings?.weight) return ranked.slice(0, top);
  const left = ranked.slice(0, top * settings.reach).map((one) => ({ one, cost: 0 }));
  const shown: R[] = [];
  while (left.length && shown.length < top) {
    let best = 0;
    left.forEach(({ one, cost }, i) => {
      if (one.score - cost > left[best]!.one.score - left[best]!.cost) best = i;
    });
    const { one } = left[best]!;
    left.splice(best, 1);
    shown.push(one);
    const above = tables.products[one.row]!;
    for (const other of left) {
      other.cost = Math.max(other.cost, costOf(settings, tables.products[other.one.row]!, above));
    }
  }
  return shown;
}

/** Weighs likeness, in ten-thousandths; the parts are added in this order everywhere, for floats forgive no other. */
function costOf(settings: Diversity, one: Product, above: Product): number {
  const kin = one.brand === above.brand;
  let likeness = kin ? settings.brand : 0;
  if (kin && one.line && one.line === above.line) likeness += settings.line;
  if (one.category === above.category) likeness += settings.category;
  const [ours, theirs] = [printed(one), printed(above)];
  const shared = [...ours].filter((name) => theirs.has(name)).length;
  if (shared) likeness += settings.ingredients * (shared / (ours.size + theirs.size - shared));
  return fixed(settings.weight * likeness);
}

function printed(product: Product): Set<string> {
  return new Set(product.ingredients.map((name) => name.toLowerCase()));
}
