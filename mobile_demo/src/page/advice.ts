/** One answer: what was understood, what to know, the products, and what is not shown. */

import type { Advice } from "../assistant";
import type { Tables } from "../recommend/tables";
import { element } from "./element";
import { hiddenView } from "./hidden";
import { productsView } from "./products";
import { questionView, understandingView } from "./question";
import { word } from "./words";

export function adviceView(advice: Advice, tables: Tables): HTMLElement {
  const { kind, language, route } = advice;
  const said =
    kind === "spoken" ? tables.phrases.render(`answer.${route}`, language) : kind === "beyond" ? word("beyond", language) : "";
  return element(
    "article",
    { lang: language, "data-route": route, tabindex: "-1" },
    questionView(advice, tables),
    understandingView(advice, tables),
    ...advice.cautions.map(({ kind: caution, text }) => element("p", { class: "caution", "data-caution": caution }, text)),
    said ? element("p", { class: "said" }, said) : null,
    kind === "spoken" ? null : productsView(advice, tables),
    kind === "spoken" ? null : hiddenView(advice, tables),
  );
}
