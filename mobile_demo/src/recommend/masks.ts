/**
 * What is never offered, and why. Before any sum. What Python's `masked` also hides needs a profile, which this page does
 * not keep: where things are sold, what is owned, and what does not go with it.
 */

import { plain } from "../knowledge/linking";
import type { Product } from "../schema";
import type { Needs } from "./needs";
import type { Tables } from "./tables";

const ADULT_AGE = 18; // years, in tables that do not name one

/** One kind and subject of masking, with the rows it hides, ascending. */
export interface Rule {
  kind: "filter" | "stock" | "age" | "need" | "text" | "price";
  /** The filter's slot, the need, the raw text in lower case, "unknown" for an age; empty for stock and price. */
  subject: string;
  rows: readonly number[];
}

/** One reason why one product is not offered; `printed` is the name on the pack of what speaks against it, or an age. */
export interface Mask {
  kind: Rule["kind"];
  subject: string;
  printed: string;
}

/** Every product that is not offered, with the rules in the order in which a product is counted. */
export class Masked {
  readonly hidden: ReadonlySet<number>;

  constructor(
    readonly tables: Tables,
    readonly rules: readonly Rule[],
  ) {
    this.hidden = new Set(rules.flatMap((rule) => rule.rows));
  }

  /** Words out one rule for one row that it hides. */
  mask(rule: Rule, row: number): Mask {
    const { kind, subject } = rule;
    if (kind === "need") return { kind, subject, printed: this.tables.masks.get(subject)!.get(row)![1] };
    if (kind === "text") return { kind, subject, printed: listing(this.tables.products[row]!, plain(subject))! };
    if (kind === "age") return { kind, subject, printed: String(this.tables.products[row]!.min_age) };
    return { kind, subject, printed: "" };
  }

  /** Gives the rules with the rows that each is the first to hide, without those that are never first. */
  counted(): Rule[] {
    const seen = new Set<number>();
    return this.rules
      .map((rule) => {
        const fresh = rule.rows.filter((row) => !seen.has(row));
        for (const row of rule.rows) seen.add(row);
        return { ...rule, rows: fresh };
      })
      .filter((rule) => rule.rows.length > 0);
  }
}

/** Finds the products that are not offered. Filters come first: what is of another kind was never in question. */
export function masked(tables: Tables, needs: Needs): Masked {
  const where = (hides: (product: Product, row: number) => boolean): number[] =>
    tables.products.flatMap((product, row) => (hides(product, row) ? [row] : []));
  const rules: Rule[] = [];
  for (const [slot, values] of needs.filters) {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    const rows = where((product) => !offers(product, slot).some((value) => wanted.has(value.toLowerCase())));
    rules.push({ kind: "filter", subject: slot, rows });
  }
  rules.push({ kind: "stock", subject: "", rows: where((product) => product.in_stock === false) });
  // No age is known here, so that what is marked for adults stays out.
  const adult = tables.settings.adult_age ?? ADULT_AGE;
  rules.push({ kind: "age", subject: "unknown", rows: where((product) => (product.min_age ?? 0) >= adult) });
  for (const need of needs.masks) {
    const against = tables.masks.get(need);
    if (against) rules.push({ kind: "need", subject: need, rows: where((_, row) => against.has(row)) });
  }
  for (const text of [...needs.unknownAvoid, ...needs.nearAvoid]) {
    const sought = plain(text);
    const rows = where((product) => listing(product, sought) !== undefined);
    rules.push({ kind: "text", subject: text.trim().toLowerCase(), rows });
  }
  const { budget } = needs;
  if (budget !== null) rules.push({ kind: "price", subject: "", rows: where((product) => product.price > budget) });
  return new Masked(
    tables,
    rules.filter((rule) => rule.rows.length > 0),
  );
}

function offers(product: Product, slot: string): readonly string[] {
  if (slot === "category") return [product.category];
  if (slot === "brand") return [product.brand];
  return product.attributes[slot] ?? [];
}

function listing(product: Product, sought: string): string | undefined {
  return sought ? product.ingredients.find((name) => plain(name).includes(sought)) : undefined;
}
