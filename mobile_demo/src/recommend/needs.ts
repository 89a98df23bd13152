/** What a person needs, gathered from their words. */

import { LANGUAGES, type Language, type Slot, type Understanding } from "../schema";
import type { Lexicon } from "../text/lexicon";
import type { Tables } from "./tables";

/** What to look for, what to leave out. */
export interface Needs {
  /** `slot:value` of slots that score. */
  needs: string[];
  /** Slot -> values, one of which a product must have. */
  filters: Map<string, string[]>;
  /** `slot:value` of slots that rule out. */
  masks: string[];
  /** The most a product may cost, in the catalogue's currency. */
  budget: number | null;
  /** What to avoid, and conditions, in words that nothing in the tables is called. */
  unknownAvoid: string[];
  /** What to avoid in words that are a known name but for a typing error, if it is one. */
  nearAvoid: string[];
  unknownCondition: string[];
}

/** A free name of an allergen in; the `avoid:` needs it means out, none where it is not known. */
export type ResolveAvoid = (name: string) => readonly string[];

/** Brings together what the words say. A slot that protects is kept however unsure the tagger is. */
export function gather(
  understanding: Understanding,
  lexicon: Lexicon,
  tables: Tables,
  resolveAvoid: ResolveAvoid,
  isSpelling: (name: string) => boolean = () => true,
): Needs {
  const needs = new Set<string>();
  const filters = new Map<string, Set<string>>();
  const masks = new Set<string>();
  const unknownAvoid = new Set<string>();
  const nearAvoid = new Set<string>();
  const unknownCondition = new Set<string>();
  let budget: number | null = null;

  const add = (slot: Slot) => {
    const rule = tables.slots.get(slot.slot);
    if (!rule || !believed(slot, tables)) return;
    if (rule.role === "budget") {
      const amount =
        slot.value === null ? lexicon.budget(slot.text, spoken(understanding.language)) : Number(slot.value);
      // Two amounts are a range, of which the upper end is the limit.
      if (amount !== null && Number.isFinite(amount) && amount > 0) budget = Math.max(budget ?? 0, amount);
    } else if (slot.value !== null) {
      if (rule.role === "need") needs.add(`${slot.slot}:${slot.value}`);
      else if (rule.role === "mask") masks.add(`${slot.slot}:${slot.value}`);
      else filters.set(slot.slot, (filters.get(slot.slot) ?? new Set()).add(slot.value));
    } else if (rule.role === "mask" && slot.text.trim()) {
      const text = slot.text.trim();
      if (slot.slot !== "avoid") return void unknownCondition.add(text);
      const known = resolveAvoid(text);
      for (const need of known) masks.add(need);
      if (!known.length) unknownAvoid.add(text);
      else if (!isSpelling(text)) nearAvoid.add(text);
    }
  };
  understanding.slots.forEach(add);
  return {
    needs: [...needs],
    filters: new Map([...filters].map(([slot, values]) => [slot, [...values]])),
    masks: [...masks],
    budget,
    unknownAvoid: [...unknownAvoid],
    nearAvoid: [...nearAvoid],
    unknownCondition: [...unknownCondition],
  };
}

/** Whether a slot counts: the tagger is sure enough of it, or it protects. */
export function believed(slot: Slot, tables: Tables): boolean {
  return slot.confidence >= tables.settings.min_confidence.slot || tables.slots.get(slot.slot)?.role === "mask";
}

/** Whether the words named anything at all. */
export function named(needs: Needs): boolean {
  const lists = [needs.needs, needs.masks, needs.unknownAvoid, needs.unknownCondition];
  return needs.filters.size > 0 || needs.budget !== null || lists.some((list) => list.length > 0);
}

/** The language an answer is given in. */
export function spoken(language: string): Language {
  return LANGUAGES.find((known) => known === language) ?? LANGUAGES[0]!;
}
