/** Terms in words: each reason is one summand of the score, told with the evidence behind it. */

import type { Language, Term } from "../schema";
import type { Mask } from "./masks";
import type { Tables } from "./tables";

/** Words the largest terms that speak for a product; `terms` come largest first. */
export function reasons(tables: Tables, terms: readonly Term[], language: Language): string[] {
  const speaking = terms.filter((term) => term.value > 0).slice(0, tables.settings.reasons);
  return [...new Set(speaking.map((term) => reason(tables, term, language)))];
}

/** Words one term by the phrase `reason.<kind>` of its evidence, and by `source.<source>` who asked for it. */
export function reason(tables: Tables, { evidence }: Term, language: Language): string {
  const { phrases } = tables;
  const fields: Record<string, string> = {};
  if ("need" in evidence) {
    fields["need"] = tables.name(evidence.need, language);
    fields["path"] = phrases.chain(
      evidence.path.map((node) => tables.name(node, language)),
      language,
    );
  }
  if ("price" in evidence) {
    fields["price"] = phrases.price(evidence.price, evidence.currency, language);
    fields["budget"] = phrases.price(evidence.budget, evidence.currency, language);
  }
  if ("purchases" in evidence) fields["count"] = String(evidence.purchases);
  const words = phrases.render(`reason.${evidence.kind}`, language, fields);
  const source = "sources" in evidence ? `source.${evidence.sources[0]}` : "";
  return phrases.has(source) ? phrases.render(source, language, { reason: words }) : words;
}

/** Words one reason why a product is not offered, by the phrase `mask.<kind>`. */
export function whyNot(tables: Tables, mask: Mask, language: Language): string {
  const need = mask.kind === "need" ? tables.name(mask.subject, language) : mask.subject;
  const keys = { filter: `mask.${mask.subject}`, age: `mask.age_${mask.subject}` };
  const key = mask.kind === "filter" || mask.kind === "age" ? keys[mask.kind] : `mask.${mask.kind}`;
  return tables.phrases.render(tables.phrases.has(key) ? key : "mask.filter", language, {
    need,
    printed: mask.printed,
  });
}
