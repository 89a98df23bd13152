/** One answer: what was understood, what to know, the products, and what is not shown. */

import type { Advice } from "../assistant";
import type { Caution } from "../content/cautions";
import type { Tables } from "../recommend/tables";
import { element } from "./element";
import { hiddenView } from "./hidden";
import { productsView } from "./products";
import { questionView, understandingView } from "./question";
import { word } from "./words";

/** Cautions about using what is offered stand below it; all others above. */
const BELOW = ["patch_test"];

export function adviceView(advice: Advice, tables: Tables): HTMLElement {
  const { kind, language, route } = advice;
  const said =
    kind === "spoken"
      ? tables.phrases.render(`answer.${route}`, language)
      : kind === "beyond"
        ? word("beyond", language)
        : "";
  return element(
    "article",
    { lang: language, "data-route": route, tabindex: "-1" },
    questionView(advice, tables),
    understandingView(advice, tables),
    ...advice.cautions.filter((caution) => !BELOW.includes(caution.kind)).map(cautionView),
    said ? element("p", { class: "said" }, said) : null,
    kind === "spoken" ? null : productsView(advice, tables),
    ...advice.cautions.filter((caution) => BELOW.includes(caution.kind)).map(cautionView),
    kind === "spoken" ? null : hiddenView(advice, tables),
  );
}

function cautionView({ kind, text }: Caution): HTMLElement {
  return element("p", { class: "caution", "data-caution": kind }, text);
}
