/** How a question is answered: products for questions about products, one phrase for the rest that needs no facts. */

import { named, type Needs } from "../recommend/needs";
import type { Tables } from "../recommend/tables";
import type { Understanding } from "../schema";

/** Intents answered with the ranked products. */
const RANKED = ["recommend", "product_info"];

/** Intents, and the two states beside them, that are answered with one phrase `answer.<route>`. */
const SPOKEN = ["greeting", "thanks", "out_of_scope", "ask", "empty"];

/** Intents that ask for nothing; words that name a need are no small talk, however sure the model is. */
const SMALL_TALK = ["greeting", "thanks"];

/** `"ranked"`: the products; `"spoken"`: one phrase; `"beyond"`: an answer this page does not write. */
export type Kind = "ranked" | "spoken" | "beyond";

/** Chooses the intent where it is sure; else `recommend` where the words named a need, else `ask`. */
export function routeOf(text: string, { intent }: Understanding, needs: Needs, tables: Tables): string {
  if (!text.trim()) return "empty";
  if (intent.confidence >= tables.settings.min_confidence.intent) {
    return named(needs) && SMALL_TALK.includes(intent.label) ? "recommend" : intent.label;
  }
  return named(needs) ? "recommend" : "ask";
}

export function kindOf(route: string): Kind {
  if (RANKED.includes(route)) return "ranked";
  return SPOKEN.includes(route) ? "spoken" : "beyond";
}
