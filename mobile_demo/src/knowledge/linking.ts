/** From a free name of an allergen to the masks it stands for, by every spelling in `knowledge.json`. */

import type { Words } from "../schema";

const [ONE_TYPO, TWO_TYPOS] = [6, 13]; // letters from which one, and two, edits are forgiven
const BRACKETS = /\(([^()]*)\)|\[([^[\]]*)\]/;
const NOISE = /\d+(?:[.,]\d+)?\s*%|\b(?:organic|certified)\b|[*†‡]/giu;
const SEPARATORS = /[,;、，；•·\n|]/u;
const GREEK: Record<string, string> = { α: "alpha", β: "beta", γ: "gamma", δ: "delta", ω: "omega" };
// Each traditional character of ingredient names before its simplified one, as `knowledge/han.py` has them.
const PAIRS =
  "絲丝產产亞亚傳传體体蘭兰凍冻淨净凈净劑剂動动單单盧卢葉叶號号壞坏堅坚奧奥薑姜寶宝對对爾尔層层嶺岭帶带乾干並并庫库開开異异彈弹態态楊杨構构櫟栎樹树樣样欖榄櫚榈櫻樱櫞橼歡欢歐欧氣气氫氢漢汉瀉泻潔洁漿浆潤润" +
  "溫温濾滤靈灵爐炉燭烛煙烟菸烟燒烧熱热狀状環环離离鹽盐盞盏礬矾礦矿矽硅鹼碱積积類类紅红纖纤純纯納纳經经絡络維维綠绿縷缕羅罗聯联膚肤膽胆勝胜膠胶腦脑脫脱蘆芦莧苋莖茎薈荟熒荧螢荧藥药蓮莲蘿萝藍蓝薔蔷蟲虫蠶蚕" +
  "蝸蜗蠟蜡補补見见視视諾诺穀谷貝贝質质賴赖賽赛輔辅達达過过還还醯酰鈣钙鈦钛鈉钠鈷钴鉀钾鐵铁鈴铃鉍铋銅铜鋁铝鉻铬銨铵銀银鋪铺鋰锂鋅锌錫锡錳锰鎂镁長长間间頻频顏颜馬马魚鱼魯鲁鮑鲍鯊鲨鯨鲸鱷鳄鱗鳞鳥鸟鵑鹃麥麦" +
  "黃黄齒齿龍龙發发髮发變变濃浓種种蘇苏雜杂皺皱絨绒繭茧莢荚輕轻鋇钡鎳镍雞鸡麗丽參参蔘参雙双傘伞鹵卤鉑铂鉬钼鈰铈鋯锆顆颗牽牵稈秆鈎钩鴯鸸鶓鹋蝦虾貽贻鵝鹅鴨鸭陽阳陳陈薺荠蕁荨藝艺蘋苹檸柠檬檬蓯苁蓽荜薊蓟蒔莳" +
  "榮荣壇坛擬拟瓊琼銫铯鍶锶鉺铒";
const SIMPLIFIED = new Map(Array.from(PAIRS.matchAll(/(.)(.)/gu), ([, from, to]) => [from!, to!]));

/** `knowledge.json`, as far as names go. */
export interface KnowledgeTable {
  ingredients: Record<string, { inci: string; names: Words; synonyms?: Record<string, string[]>; irritancy?: number }>;
  groups: Record<string, { en: string; zh: string; synonyms?: Record<string, string[]> }>;
}

/** Reduces a name to what all its spellings share: letters and digits, in one case and width, without accents. */
export function fold(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/ς/g, "σ");
  const spelled = plain.replace(/[αβγδω]/g, (letter) => GREEK[letter]!);
  return Array.from(spelled.normalize("NFKC"))
    .filter((c) => /[\p{L}\p{N}]/u.test(c))
    .join("");
}

/** Writes a name's traditional characters the simplified way. */
export function simplified(name: string): string {
  return Array.from(name, (char) => SIMPLIFIED.get(char) ?? char).join("");
}

/** Reduces a printed name to what its spellings share: case, width, accents, signs and traditional characters. */
export function plain(name: string): string {
  return fold(simplified(name));
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
    const plain = simplified(name);
    if (!ids.length && plain !== name) return this.resolveAvoid(plain);
    return [...new Set(ids)].map((id) => `avoid:${id}`);
  }

  /** Tells whether a name, or a part of it, is known as it stands, and not by a near spelling only. */
  isSpelling(name: string): boolean {
    return [name, simplified(name)].some((text) => this.#groups.has(fold(text)) || this.#contained(text).length > 0);
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
