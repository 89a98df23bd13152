/** Amounts of money in figures, words and Chinese numerals, read with the `budget` table of a domain. */

import { type Hit, Surfaces } from "./surfaces";

const TOKEN = /\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+|[^ ]/gu;

interface Currency {
  code: string;
  rate: number;
  marks: string[];
}

/** `domain["budget"]`: currencies, the default one by language, and words for numbers. */
export interface BudgetTable {
  currencies?: Currency[];
  default?: Record<string, string>;
  numbers?: {
    digits: Record<string, number>;
    words: Record<string, number>;
    units: Record<string, number>;
  };
}

/** A number and the span of the normalised text that holds it. */
export interface NumberSpan {
  start: number;
  end: number;
  value: number;
}

interface Numeral extends NumberSpan {
  kind: "figures" | "word" | "digit" | "unit";
}

function follows(numeral: Numeral, last: Numeral, gap: string): boolean {
  if (numeral.kind === "unit") return gap === "" || (gap === " " && numeral.end - numeral.start > 1);
  if (numeral.kind === "word" && last.kind === "unit") return gap === " " || gap === " and ";
  if (numeral.kind === "word") {
    return last.kind === "word" && (gap === " " || gap === "-") && last.value >= 20 && numeral.value < 10;
  }
  return numeral.kind === "digit" && (last.kind === "unit" || last.kind === "digit") && gap === "";
}

function valueOf(run: readonly Numeral[]): number {
  let [total, pending, unit] = [0, 0, 1];
  for (const numeral of run) {
    if (numeral.kind !== "unit") {
      // A second digit replaces the first: 两三百 is a range, of which the upper end counts.
      pending = numeral.kind === "word" ? pending + numeral.value : numeral.value;
      continue;
    }
    if (numeral.value > unit) total = (total + pending || 1) * numeral.value;
    else total += (pending || 1) * numeral.value;
    [pending, unit] = [0, numeral.value];
  }
  const [before, last] = [run.at(-2), run.at(-1)];
  const shortened = last?.kind === "digit" && before?.kind === "unit" && before.value >= 100;
  return total + (shortened ? (pending * unit) / 10 : pending); // 两百五 is 250
}

/** Reads numbers and money. */
export class Amounts {
  readonly #marks: Surfaces;
  readonly #named = new Map<string, [number, Numeral["kind"]]>();

  constructor(readonly table: BudgetTable) {
    const currencies = table.currencies ?? [];
    this.#marks = new Surfaces(
      new Map(currencies.flatMap((row) => row.marks.map((mark) => [mark, row.code] as const))),
    );
    const { digits = {}, words = {}, units = {} } = table.numbers ?? {};
    for (const [token, value] of Object.entries(digits)) this.#named.set(token, [value, "digit"]);
    for (const [token, value] of Object.entries(words)) this.#named.set(token, [value, "word"]);
    for (const [token, value] of Object.entries(units)) this.#named.set(token, [value, "unit"]);
  }

  /** Finds every number above zero in a normalised text, in order. */
  numbers(text: string): NumberSpan[] {
    const runs: Numeral[][] = [];
    for (const numeral of this.#numerals(text)) {
      const run = runs.at(-1);
      const last = run?.at(-1);
      if (run && last && follows(numeral, last, text.slice(last.end, numeral.start))) run.push(numeral);
      else if (!(numeral.kind === "unit" && ["k", "w"].includes(text.slice(numeral.start, numeral.end)))) {
        runs.push([numeral]);
      }
    }
    return runs
      .map((run) => ({ start: run[0]!.start, end: run.at(-1)!.end, value: valueOf(run) }))
      .filter((number) => number.value > 0);
  }

  /** Finds every currency mark of a normalised text; the value of a hit is the currency's code. */
  marks(text: string): Hit[] {
    return this.#marks.scan(text);
  }

  /** Reads the largest number of a normalised text as an amount in the domain's currency, `null` where none is. */
  read(text: string, language: string): number | null {
    const numbers = this.numbers(text);
    if (!numbers.length) return null;
    const defaults = this.table.default ?? {};
    const code = this.marks(text)[0]?.value ?? defaults[language] ?? defaults["en"];
    const currency = this.table.currencies?.find((row) => row.code === code);
    if (!currency) throw new Error(`domain.json: expected a currency with the code ${code} in budget.currencies`);
    return hundredths(Math.max(...numbers.map((number) => number.value)) * currency.rate);
  }

  *#numerals(text: string): Generator<Numeral> {
    for (const match of text.matchAll(TOKEN)) {
      const [token, start] = [match[0], match.index];
      const end = start + token.length;
      if (/^[0-9]/.test(token)) yield { start, end, value: Number(token.replaceAll(",", "")), kind: "figures" };
      const named = this.#named.get(token);
      if (named) yield { start, end, value: named[0], kind: named[1] };
    }
  }
}

/** Rounds to hundredths as Python's `round` does: by the exact binary value, ties to the even neighbour. */
export function hundredths(amount: number): number {
  const tied = (amount * 8) % 2 === 1; // only odd eighths lie exactly between two hundredths
  if (!tied) return Number(amount.toFixed(2));
  const below = Math.floor(amount * 100);
  return (below % 2 === 0 ? below : below + 1) / 100;
}
