/** The phrases table: every sentence the assistant can say, in every language, with `{name}` holders only. */

import { LANGUAGES, type Language } from "../schema";

const HOLDER = /\{([a-z_]+)\}/g;

export class Phrases {
  readonly #templates: ReadonlyMap<string, ReadonlyMap<string, string>>;

  constructor(table: Record<string, Record<string, string>>) {
    for (const language of LANGUAGES) {
      if (!table[language]) throw new Error(`phrases.json: expected the languages ${LANGUAGES.join(", ")}`);
    }
    this.#templates = new Map(
      Object.entries(table).map(([name, templates]) => [name, new Map(Object.entries(templates))]),
    );
  }

  has(key: string): boolean {
    return this.#templates.get(LANGUAGES[0]!)!.has(key);
  }

  /** Fills in a template; what stands in a field is never filled in again. */
  render(key: string, language: Language, fields: Record<string, string> = {}): string {
    const template = this.#templates.get(language)!.get(key);
    if (template === undefined) throw new Error(`Expected the key of a phrase in phrases.json. Received: ${key}`);
    return template.replace(HOLDER, (_, name: string) => {
      const field = fields[name];
      if (field === undefined) throw new Error(`Expected a field for each holder of ${key}. Missing: ${name}`);
      return field;
    });
  }

  /** Joins a list as the language does. */
  join(items: readonly string[], language: Language): string {
    if (items.length < 2) return items.join("");
    const head = items.slice(0, -1).join(this.render("list.separator", language));
    return head + this.render("list.last", language) + items.at(-1)!;
  }

  /** Joins the steps of a path. */
  chain(items: readonly string[], language: Language): string {
    return items.join(this.render("path.separator", language));
  }

  /** Joins whole sentences, leaving out empty ones. */
  text(sentences: readonly string[], language: Language): string {
    return sentences.filter(Boolean).join(this.render("sentence.separator", language));
  }

  /** Writes an amount by `price.<currency>`, or `price.other`; whole amounts without decimals. */
  price(amount: number, currency: string, language: Language): string {
    const cents = Math.floor(amount * 100 + 0.5);
    const [whole, rest] = [Math.floor(cents / 100), cents % 100];
    const written = rest ? `${whole}.${String(rest).padStart(2, "0")}` : String(whole);
    const key = this.has(`price.${currency}`) ? `price.${currency}` : "price.other";
    return this.render(key, language, { amount: written, currency });
  }
}
