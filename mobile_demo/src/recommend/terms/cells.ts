/** The needs met by what a product contains and declares: one summand a need, under the term its slot names. */

import { fixed, UNIT } from "../fixed";
import type { Needs } from "../needs";
import type { Tables } from "../tables";
import type { Contribution } from "./contribution";

/** Gives each need its cell, times the weights of its term and slot, divided among the needs of the same term. */
export function cells(tables: Tables, needs: Needs): Contribution[] {
  const listed = needs.needs.filter((need) => tables.cells.has(need));
  const ruleOf = (need: string) => tables.slots.get(need.slice(0, need.indexOf(":")))!;
  return listed.map((need) => {
    const column = tables.cells.get(need)!;
    const { term = "", weight: slotWeight = 1 } = ruleOf(need);
    const sharing = listed.filter((other) => ruleOf(other).term === term).length;
    const weight = tables.settings.weights[term]! * slotWeight;
    return {
      name: term,
      values: tables.products.map((_, row) => fixed((weight * (column.get(row)?.value ?? 0)) / UNIT / sharing)),
      evidence(row) {
        const { path } = column.get(row)!;
        return { kind: path.kind, need, path: path.nodes, sources: ["words"] };
      },
    };
  });
}
