/** From a free name of an allergen to the masks it stands for, by every spelling in `knowledge.json`. */

import type { Words } from "../schema";

const [ONE_TYPO, TWO_TYPOS] = [6, 13]; // letters from which one, and two, edits are forgiven
const BRACKETS = /\(([^()]*)\)|\[([^[\]]*)\]/;
const NOISE = /\d+(?:[.,]\d+)?\s*%|\b(?:organic|certified)\b|[*†‡]/giu;
const SEPARATORS = /[,;、，；•·\n|]/u;
const GREEK: Record<string, string> = { α: "alpha", β: "beta", γ: "gamma", δ: "delta", ω: "omega" };

/** `knowledge.json`, as far as names go. */
export interface KnowledgeTable {
  ingredients: Record<string, { inci: string; names: Words; synonyms?: Record<string, string[]>; irritancy?: number }>;
  groups: Record<string, { en: string; zh: string; synonyms?: Record<string, string[]> }>;
}

/** Reduces a name to what all its spellings share: letters and digits, in one case and width. */
export function fold(name: string): string {
  const plain = name.normalize("NFKD").toLowerCase().replace(/ß/g, "ss").replace(/ς/g, "σ");
  const spelled = plain.replace(/[αβγδω]/g, (letter) => GREEK[letter]!);
  return Array.from(spelled.normalize("NFKC"))
    .filter((c) => /[\p{L}\p{N}]/u.test(c))
    .join("");
}

/** Links names to ingredients and to avoid groups. */
export class Linker {
  readonly #ingredients = new Map<string, string>();
  readonly #groups = new Map<string, string>();

  constructor(table: KnowledgeTable) {
    for (const [id, row] of Object.entries(table.ingredients)) {
      const names = [id, row.inci, ...Object.values(row.names), ...Object.values(row.synonyms ?? {}).flat()];
      for (const name of names) this.#ingredients.set(fold(name), id);
    }
    for (const [id, row] of Object.entries(table.groups)) {
      for (const name of [id, row.en, row.zh, ...Object.values(row.synonyms ?? {}).flat()])
        this.#groups.set(fold(name), id);
    }
  }

  /**
   * Names the `avoid:` needs that mask what a person wants to avoid, groups first; every ingredient that a mistyped name
   * may mean; none where nothing like it is known.
   */
  resolveAvoid(name: string): string[] {
    const key = fold(name);
    const group = this.#groups.get(key);
    let ids = [...(group === undefined ? [] : [group]), ...this.#contained(name)];
    if (!ids.length) ids = [...nearest(key, this.#groups), ...nearest(key, this.#ingredients)];
    return [...new Set(ids)].map((id) => `avoid:${id}`);
  }

  #contained(name: string): string[] {
    const plain = name.replace(NOISE, " ");
    const [outside, inside] = unbracket(plain);
    const whole = [name, plain, outside]
      .map((text) => this.#ingredients.get(fold(text)))
      .find((id) => id !== undefined);
    const pieces = inside.flatMap((text) => [text, ...text.split(SEPARATORS), ...text.split("/")]);
    if (whole === undefined) pieces.unshift(...outside.split(/[/\\]/));
    return [whole, ...pieces.map((piece) => this.#ingredients.get(fold(piece)))].filter((id) => id !== undefined);
  }
}

/** Gives the ids of the Latin keys nearest to a name within the edits its length allows, digits being the same. */
function nearest(key: string, index: ReadonlyMap<string, string>): string[] {
  const letters = key.match(/\p{L}/gu)?.length ?? 0;
  const limit = letters >= TWO_TYPOS ? 2 : letters >= ONE_TYPO ? 1 : 0;
  if (!limit || !/^[a-z0-9]+$/.test(key)) return [];
  let [least, ids] = [limit + 1, [] as string[]];
  for (const [known, id] of index) {
    if (!/^[a-z0-9]+$/.test(known) || digits(known) !== digits(key)) continue;
    const distance = editDistance(key, known, limit);
    if (distance < least) [least, ids] = [distance, []];
    if (distance === least && distance <= limit) ids.push(id);
  }
  return least > 0 ? ids : [];
}

/** Counts insertions, deletions, substitutions and swaps of neighbours, `limit + 1` where they are more than `limit`. */
export function editDistance(first: string, second: string, limit: number): number {
  if (Math.abs(first.length - second.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: second.length + 1 }, (_, j) => j);
  for (let i = 1; i <= first.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= second.length; j += 1) {
      const same = first[i - 1] === second[j - 1];
      let cost = Math.min(row[j]! + 1, current[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && first[i - 1] === second[j - 2] && first[i - 2] === second[j - 1]) {
        cost = Math.min(cost, before[j - 2]! + 1);
      }
      current.push(cost);
    }
    if (Math.min(...current) > limit && Math.min(...row) > limit) return limit + 1;
    [before, row] = [row, current];
  }
  return Math.min(row.at(-1)!, limit + 1);
}

function unbracket(name: string): [string, string[]] {
  const inside: string[] = [];
  for (let match = BRACKETS.exec(name); match; match = BRACKETS.exec(name)) {
    inside.push(match[1] ?? match[2] ?? "");
    name = `${name.slice(0, match.index)} ${name.slice(match.index + match[0].length)}`;
  }
  return [name, inside];
}

function digits(key: string): string {
  return key.replace(/[^0-9]/g, "");
}
