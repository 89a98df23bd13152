/** How often a product is bought: a small prior, shown as what it is. */

import { fixed, UNIT } from "../fixed";
import type { Needs } from "../needs";
import type { Tables } from "../tables";
import type { Contribution } from "./contribution";

/** Gives the popularity in [0, 1], times the weight; none without the table. */
export function popularity(tables: Tables, _needs: Needs): Contribution[] {
  const { popularity: table, settings } = tables;
  if (!table?.values.some((value) => value !== 0)) return [];
  const weight = settings.weights["popularity"]!;
  return [
    {
      name: "popularity",
      values: table.values.map((value) => fixed((weight * value) / UNIT)),
      evidence: (row) => ({ kind: "popularity", purchases: table.purchases[row]! }),
    },
  ];
}
