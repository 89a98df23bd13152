/** The question as it was read: its slots marked in the text, its intent beside it. */

import type { Advice } from "../assistant";
import { believed } from "../recommend/needs";
import type { Tables } from "../recommend/tables";
import type { Slot } from "../schema";
import { element } from "./element";
import { word } from "./words";

/** Shows the question with every slot marked, those that are not believed faintly. */
export function questionView(advice: Advice, tables: Tables): HTMLElement {
  const points = Array.from(advice.text);
  const text = element("p", { class: "asked", dir: "auto" });
  let at = 0;
  for (const slot of advice.understanding.slots) {
    if (slot.start < at) continue; // inside the one before
    text.append(points.slice(at, slot.start).join(""));
    text.append(element("mark", { ...facts(slot, tables), title: slot.slot.replaceAll("_", " ") }, slot.text));
    at = slot.end;
  }
  text.append(points.slice(at).join(""));
  return text;
}

/** Shows intent and slots. */
export function understandingView(advice: Advice, tables: Tables): HTMLElement {
  const { understanding, language } = advice;
  const percent = Math.round(understanding.intent.confidence * 100);
  const slots = understanding.slots.map((slot) => slotView(slot, advice, tables));
  return element(
    "section",
    { class: "understood", "aria-label": word("understood", language) },
    element(
      "p",
      { class: "facts" },
      element("b", { "data-intent": understanding.intent.label }, tables.intent(understanding.intent.label, language)),
      ` · ${word("sure", language, { percent })} · ${word("milliseconds", language, { ms: advice.milliseconds.toFixed(0) })}`,
    ),
    slots.length
      ? element("ul", { class: "slots" }, ...slots)
      : element("p", { class: "facts" }, word("nothing", language)),
  );
}

function slotView(slot: Slot, { language }: Advice, tables: Tables): HTMLElement {
  const isBudget = tables.slots.get(slot.slot)?.role === "budget";
  const currency = tables.products[0]?.currency ?? "";
  const meaning =
    slot.value === null
      ? isBudget
        ? slot.text
        : `“${slot.text}”, ${word("unknown", language)}`
      : isBudget
        ? tables.phrases.price(Number(slot.value), currency, language)
        : tables.name(`${slot.slot}:${slot.value}`, language);
  return element(
    "li",
    { ...facts(slot, tables), "data-value": slot.value ?? "" },
    element("span", { class: "kind" }, slot.slot.replaceAll("_", " ")),
    ` ${meaning}`,
  );
}

function facts(slot: Slot, tables: Tables): Record<string, string> {
  return { "data-slot": slot.slot, class: believed(slot, tables) ? "believed" : "unsure" };
}
