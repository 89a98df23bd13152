/** The ranked products: each with its reasons and its score as a stacked bar of the terms. */

import type { Advice } from "../assistant";
import type { Tables } from "../recommend/tables";
import { reason } from "../recommend/reasons";
import type { Recommendation, Term } from "../schema";
import { element } from "./element";
import { word } from "./words";

/** Shows the list; the longest bar fills its width. */
export function productsView(advice: Advice, tables: Tables): HTMLElement {
  const { recommendations } = advice.ranking;
  const speaking = (offer: Recommendation) => offer.terms.reduce((sum, { value }) => sum + Math.max(0, value), 0);
  const longest = Math.max(...recommendations.map(speaking), 1e-4);
  const items = recommendations.map((offer) => productView(offer, longest, advice, tables));
  return element(
    "section",
    { class: "products", "aria-label": word("products", advice.language) },
    element("h2", {}, word("products", advice.language)),
    items.length ? element("ol", {}, ...items) : element("p", {}, word("none", advice.language)),
    items.length ? legend(advice, tables) : null,
  );
}

function productView(offer: Recommendation, longest: number, { language }: Advice, tables: Tables): HTMLElement {
  const price = tables.phrases.price(offer.price, offer.currency, language);
  const reasons = offer.reasons.map((text) => element("li", {}, text));
  return element(
    "li",
    { "data-product": offer.product_id, "data-score": offer.score.toFixed(4) },
    element("h3", {}, offer.name),
    element("p", { class: "facts" }, `${offer.brand} · ${price}`),
    offer.sponsored ? element("p", { class: "sponsored" }, word("sponsored", language)) : null,
    bar(offer, longest, tables, language),
    reasons.length ? element("ul", { class: "reasons" }, ...reasons) : null,
    element(
      "details",
      {},
      element("summary", {}, `${word("sum", language)} = ${offer.score.toFixed(4)}`),
      element("ul", { class: "sum" }, ...offer.terms.map((term) => termView(term, tables, language))),
    ),
  );
}

function termView(term: Term, tables: Tables, language: Advice["language"]): HTMLElement {
  const value = `${term.value < 0 ? "−" : "+"}${Math.abs(term.value).toFixed(4)}`;
  return element(
    "li",
    { "data-term": term.name },
    element("span", { class: "value" }, value),
    element("span", {}, `${tables.phrases.render(`term.${term.name}`, language)}: ${reason(tables, term, language)}`),
  );
}

function bar(offer: Recommendation, longest: number, tables: Tables, language: Advice["language"]): HTMLElement {
  const said = offer.terms.map(
    (term) => `${tables.phrases.render(`term.${term.name}`, language)} ${term.value.toFixed(2)}`,
  );
  const label = `${word("score", language)} ${offer.score.toFixed(2)}: ${said.join(", ")}`;
  const segments = offer.terms.map((term) => {
    const segment = element("span", { "data-term": term.name, class: term.value < 0 ? "against" : "for" });
    segment.style.width = `${(100 * Math.abs(term.value)) / longest}%`;
    return segment;
  });
  return element("div", { class: "bar", role: "img", "aria-label": label }, ...segments);
}

function legend({ ranking, language }: Advice, tables: Tables): HTMLElement {
  const names = new Set(ranking.recommendations.flatMap((offer) => offer.terms.map((term) => term.name)));
  const entries = Object.keys(tables.settings.weights).filter((name) => names.has(name));
  return element(
    "ul",
    { class: "legend", "aria-hidden": "true" },
    ...entries.map((name) => element("li", { "data-term": name }, tables.phrases.render(`term.${name}`, language))),
  );
}
