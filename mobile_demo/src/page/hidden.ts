/** What is not shown, and why: every mask with the products it is the first to hide. */

import type { Advice } from "../assistant";
import type { Rule } from "../recommend/masks";
import { whyNot } from "../recommend/reasons";
import type { Tables } from "../recommend/tables";
import { element } from "./element";
import { word } from "./words";

const LISTED = 20;

/** Shows the masks, or nothing where none hid a product. What is of another kind is only counted. */
export function hiddenView(advice: Advice, tables: Tables): HTMLElement | null {
  const { ranking, language } = advice;
  const rules = ranking.masked.counted();
  if (!rules.length) return null;
  const count = ranking.masked.hidden.size;
  return element(
    "details",
    { class: "hidden-products" },
    element("summary", {}, `${word("hidden", language)}: ${word("hidden_count", language, { count })}`),
    ...rules.map((rule) => ruleView(rule, advice, tables)),
  );
}

function ruleView(rule: Rule, { ranking, language }: Advice, tables: Tables): HTMLElement {
  const because = (row: number) => whyNot(tables, ranking.masked.mask(rule, row), language);
  const facts = { "data-mask": rule.kind, "data-subject": rule.subject, "data-count": String(rule.rows.length) };
  if (rule.kind === "filter") {
    const why = word("because", language, { why: because(rule.rows[0]!) });
    return element("p", facts, `${rule.rows.length} · ${why}`);
  }
  const items = rule.rows
    .slice(0, LISTED)
    .map((row) =>
      element(
        "li",
        { "data-product": tables.products[row]!.product_id },
        element("b", {}, tables.productName(row, language)),
        ` ${word("because", language, { why: because(row) })}`,
      ),
    );
  const rest = rule.rows.length - items.length;
  if (rest > 0) items.push(element("li", {}, word("more", language, { count: rest })));
  return element("ul", facts, ...items);
}
