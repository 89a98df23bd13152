/** Which language is this? Scripts first, then the commonest words of languages that share the Latin one. */

import type { Language } from "../schema";

const MAX_CHARACTERS = 4_096;

const LETTER = /^\p{L}$/u;
const HAN = /^[\p{Unified_Ideograph}\uf900-\ufaff\u{2f800}-\u{2fa1f}]$/u;
const KANA = /^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u30fc]$/u;
const LATIN = /^\p{Script=Latin}$/u;
const HALF_WIDTH = /^[\uff61-\uffdc]$/u;

/** `languages.json` of the bundle: function words by language, separated by spaces. */
export interface LanguageTable {
  function_words: Record<string, string>;
}

/** Tells English from Chinese from the rest. */
export class LanguageDetector {
  readonly #words: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(table: LanguageTable) {
    this.#words = new Map(
      Object.entries(table.function_words).map(([name, words]) => [name, new Set(words.split(" "))]),
    );
  }

  /**
   * Han characters make a text Chinese unless kana or Hangul stand beside them; Latin letters make it English unless
   * another language's function words outnumber its own. A text without letters is English.
   */
  detect(text: string): Language | "other" {
    const start = Array.from(text).slice(0, MAX_CHARACTERS).join("");
    const counts = scripts(start);
    const total = counts.han + counts.latin + counts.kana + counts.other;
    if (!total) return "en";
    if (counts.kana > 0.1 * total || counts.other > 0.5 * total) return "other";
    if (counts.han * 3 >= counts.latin) return counts.han ? "zh" : "other"; // one Han character says about as much as three letters
    const words = start.toLowerCase().match(/[\p{L}\p{Nl}\p{No}]+/gu) ?? [];
    let [english, foreign] = [0, 0];
    for (const [language, known] of this.#words) {
      const votes = words.filter((word) => known.has(word)).length;
      if (language === "en") english = votes;
      else foreign = Math.max(foreign, votes);
    }
    return foreign >= 2 && foreign > english ? "other" : "en";
  }
}

function scripts(text: string): { han: number; latin: number; kana: number; other: number } {
  const counts = { han: 0, latin: 0, kana: 0, other: 0 };
  for (const character of text) {
    if (!LETTER.test(character)) continue;
    if (HAN.test(character)) counts.han += 1;
    else if (KANA.test(character) && !HALF_WIDTH.test(character)) counts.kana += 1;
    else if (LATIN.test(character)) counts.latin += 1;
    else counts.other += 1;
  }
  return counts;
}
