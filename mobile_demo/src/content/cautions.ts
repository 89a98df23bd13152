/** What a person should know beside the answer, what matters most first. */

import type { KnowledgeTable } from "../knowledge/linking";
import type { Needs } from "../recommend/needs";
import type { Tables } from "../recommend/tables";
import { LANGUAGES, type Language, type Recommendation, type Understanding } from "../schema";

/** One caution: `kind` is the end of its phrase's key, `caution.<kind>`. */
export interface Caution {
  kind: string;
  text: string;
}

export interface Question {
  text: string;
  language: Language;
  understanding: Understanding;
  needs: Needs;
  /** The products of the answer, or `null` where it is not about products. */
  offered: readonly Recommendation[] | null;
}

/** Gathers the cautions of a question. What was left out is not among them: the page lists it. */
export function cautions(q: Question, tables: Tables, knowledge: KnowledgeTable): Caution[] {
  const say = (kind: string, fields: Record<string, string> = {}): Caution => ({
    kind,
    text: tables.phrases.render(`caution.${kind}`, q.language, fields),
  });
  const found = medical(q, tables).map((text) => say("medical", { text }));
  found.push(...q.needs.unknownAvoid.map((text) => say("unknown_allergen", { text })));
  if (q.offered) {
    const conditions = q.needs.masks.filter((need) => need.startsWith("condition:"));
    found.push(...conditions.map((need) => say("pregnancy", { need: tables.name(need, q.language) })));
    if (strong(q.offered, tables, knowledge)) found.push(say("patch_test"));
  }
  if (!LANGUAGES.some((language) => language === q.understanding.language)) found.push(say("language"));
  if (q.understanding.truncated) found.push(say("truncated"));
  return found;
}

function medical(q: Question, tables: Tables): string[] {
  const text = q.text.toLowerCase();
  const flags = Object.values(tables.settings.red_flags)
    .flat()
    .map((flag) => new RegExp(flag, "u").exec(text)?.[0]);
  return [...new Set([...flags.filter((found) => found !== undefined), ...q.needs.unknownCondition])];
}

/** Whether a product offered holds an ingredient irritating enough to be tried on an arm first. */
function strong(offered: readonly Recommendation[], tables: Tables, knowledge: KnowledgeTable): boolean {
  const limit = tables.settings.patch_test_irritancy;
  const ids = new Set(offered.map((offer) => offer.product_id));
  const rows = new Set(tables.products.flatMap((product, row) => (ids.has(product.product_id) ? [row] : [])));
  return [...tables.masks.values()].some((masked) =>
    [...masked].some(([row, [node]]) => {
      if (!rows.has(row) || !node.startsWith("ingredient:")) return false;
      const id = node.slice("ingredient:".length);
      return Object.hasOwn(knowledge.ingredients, id) && (knowledge.ingredients[id]!.irritancy ?? 0) >= limit;
    }),
  );
}
