/** How far a product stays under the budget. */

import { fixed } from "../fixed";
import type { Needs } from "../needs";
import type { Tables } from "../tables";
import type { Contribution } from "./contribution";

/** Gives the share of the budget that is left over, times the weight; what is dearer is masked and never counts. */
export function price(tables: Tables, { budget }: Needs): Contribution[] {
  if (budget === null) return [];
  const weight = tables.settings.weights["price"]!;
  return [
    {
      name: "price",
      values: tables.products.map((product) => fixed((weight * (budget - product.price)) / budget)),
      evidence(row) {
        const { price: amount, currency } = tables.products[row]!;
        return { kind: "price", price: amount, budget, currency, sources: ["words"] };
      },
    },
  ];
}
