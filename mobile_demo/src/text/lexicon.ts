/**
 * The words of a domain: surfaces to canonical values, and the safety nets beside the tagger.
 *
 * Everything here is a loop over `tables/domain.json`: normalise, find the surfaces, put a placeholder in each one's
 * stead, and match the domain's patterns against what that leaves.
 */

import type { Slot } from "../schema";
import { Amounts, type BudgetTable } from "./amounts";
import { normalise, originalSpan } from "./normalise";
import { type Hit, Surfaces } from "./surfaces";

const [VALUE, NUMBER, MARK] = ["\ue000", "\ue001", "\ue002"];
const MONEY = `(?:${MARK}\\s?${NUMBER}(?:\\s?${MARK})?|${NUMBER}\\s?${MARK})`;
const AMOUNT = `(?:${MARK}\\s?)?${NUMBER}(?:\\s?${MARK})?`;

/**
 * Code points that patterns see at once, and how many of them they see twice: an endless list, which they go through
 * once from each of its items, takes time that grows with its square.
 */
const [STRETCH, OVERLAP] = [2_048, 128] as const;

export interface SlotRule {
  role: "need" | "filter" | "mask" | "budget";
  term?: string;
  weight?: number;
  open?: boolean;
  separator?: string;
  patterns?: Record<string, (string | [string, string])[]>;
  unknown?: Record<string, string[]>;
  except?: Record<string, string[]>;
  at_least?: Record<string, string[]>;
}

/** Patterns that take back the words of some slots ("not oily", "no lipstick"). */
export interface NegationRule {
  slots: string[];
  separator?: string;
  patterns: Record<string, string[]>;
  except?: Record<string, string[]>;
}

/** `tables/domain.json`. */
export interface Domain {
  intents: Record<string, Record<string, string>>;
  slots: Record<string, SlotRule>;
  values: Record<string, Record<string, Record<string, string[]>>>;
  budget: BudgetTable;
  mentions?: { min_probability?: number };
  negation?: NegationRule[];
}

/** The compiled patterns of one slot; `fixed` match the text itself and carry their value, `unknown` have none. */
interface Net {
  language: string;
  patterns: RegExp[];
  exceptions: RegExp[];
  fixed: [RegExp, string][];
  unknown: RegExp[];
}

/** What a pattern found, in code points of the text it was tried on. */
interface Match {
  slot: string;
  start: number;
  end: number;
  value: string | null;
}

interface Found extends Hit {
  placeholder: string;
}

/** Looks up words, finds patterns, reads budgets. */
export class Lexicon {
  readonly #surfaces = new Map<string, Surfaces>();
  readonly #nets = new Map<string, Net[]>();
  readonly #negations = new Map<string, Net[]>();
  readonly #floors = new Map<string, Net[]>();
  readonly #amounts: Amounts;

  constructor(readonly domain: Domain) {
    for (const [slot, table] of Object.entries(domain.values)) this.#surfaces.set(slot, new Surfaces(keysOf(table)));
    for (const [slot, rule] of Object.entries(domain.slots)) if (rule.patterns) this.#nets.set(slot, netsOf(rule));
    for (const rule of domain.negation ?? []) {
      for (const slot of rule.slots) this.#negations.set(slot, [...(this.#negations.get(slot) ?? []), ...netsOf(rule)]);
    }
    for (const [slot, rule] of Object.entries(domain.slots)) {
      if (rule.at_least) this.#floors.set(slot, netsOf({ patterns: rule.at_least }));
    }
    this.#amounts = new Amounts(domain.budget);
  }

  /**
   * Returns the canonical value of a surface: exact, else that of the longest known surface inside it, else that of a
   * pattern that carries one (`unscented`), else `null`.
   */
  value(slot: string, surface: string): string | null {
    const known = this.#surfaces.get(slot);
    if (!known) return null;
    const key = keyOf(surface);
    const exact = known.values.get(key);
    if (exact !== undefined) return exact;
    let longest: Hit | null = null;
    for (const hit of known.scan(key)) if (!longest || hit.end - hit.start > longest.end - longest.start) longest = hit;
    if (longest) return longest.value;
    const fixed = (this.#nets.get(slot) ?? []).flatMap((net) => net.fixed);
    return fixed.find(([pattern]) => key.search(pattern) >= 0)?.[1] ?? null;
  }

  /** Reads an amount of money in the domain's currency; of several numbers, the largest; `null` where none is. */
  budget(surface: string, language: string): number | null {
    return this.#amounts.read(normalise(surface).text, language);
  }

  /** Tells whether a slot may be filled by words that the domain does not know, such as another shop's brand. */
  isOpen(slot: string): boolean {
    return this.domain.slots[slot]?.open ?? false;
  }

  /** Tells whether a slot rules products out. */
  protects(slot: string): boolean {
    return ["mask", "budget"].includes(this.domain.slots[slot]?.role ?? "");
  }

  /**
   * Finds every known word of the slots that score or filter, whatever it means where it stands: slots with confidence
   * 0, which may overlap between slots.
   */
  mentions(text: string): Slot[] {
    const { text: plain, offsets } = normalise(text);
    const points = Array.from(text);
    const found: Slot[] = [];
    for (const [slot, surfaces] of this.#surfaces) {
      if (!["need", "filter"].includes(this.domain.slots[slot]?.role ?? "")) continue;
      for (const hit of surfaces.scan(plain)) {
        const [start, end] = originalSpan(offsets, hit.start, hit.end);
        found.push({ slot, text: points.slice(start, end).join(""), value: hit.value, start, end, confidence: 0 });
      }
    }
    return found;
  }

  /** Probability from which a known word is taken for what the model all but overlooked. */
  get minMention(): number {
    return this.domain.mentions?.min_probability ?? 1;
  }

  /**
   * Finds what the safety nets of the domain are sure of: things to avoid, conditions, budgets. What an `unknown`
   * pattern finds has no value unless the words hold a known one, which the other patterns then find.
   */
  findPatterns(text: string): Slot[] {
    const points = Array.from(text);
    const found = new Map<string, Match>();
    for (const [first, stretch] of stretches(points)) {
      for (const match of this.#patternsIn(stretch)) {
        const [start, end] = [first + match.start, first + match.end];
        const key = `${match.slot} ${start} ${end}`;
        if (!found.has(key)) found.set(key, { ...match, start, end });
      }
    }
    const outer: Slot[] = [];
    // Spans come by their start: one that ends within what was read lies inside it.
    const furthest = new Map<string, number>();
    const ordered = [...found.values()].sort((a, b) => a.start - b.start || b.end - a.end || compare(a.slot, b.slot));
    for (const { slot, start, end, value } of ordered) {
      if (end <= (furthest.get(slot) ?? -1)) continue;
      furthest.set(slot, end);
      outer.push({ slot, text: points.slice(start, end).join(""), value, start, end, confidence: 1 });
    }
    return outer;
  }

  /** Finds the known words of slots that score or filter, and that the text takes back ("no lipstick, a blush"). */
  negated(text: string): Slot[] {
    return this.#told(text, this.#negations, (plain, slot, net) =>
      this.#surfaces.has(slot) ? this.#mentions(plain, slot, net) : [],
    );
  }

  /** Finds lower bounds of money ("over $50"), with the amount in the domain's currency. */
  floors(text: string): Slot[] {
    return this.#told(text, this.#floors, (plain, _, net) => this.#money(plain, net));
  }

  /** Leaves out what the text takes back: negated words that score or filter, and lower bounds of money. */
  meant(text: string, slots: readonly Slot[]): Slot[] {
    const takenBack = [...this.negated(text), ...this.floors(text)];
    return slots.filter(
      (slot) =>
        !takenBack.some(
          (other) => slot.start < other.end && other.start < slot.end && this.#kind(slot) === this.#kind(other),
        ),
    );
  }

  /** Words that score and words that filter are of one kind: the tagger may take one for the other. */
  #kind(slot: Slot): string {
    const role = this.domain.slots[slot.slot]?.role ?? "";
    return ["need", "filter"].includes(role) ? "wish" : role;
  }

  #told(text: string, nets: Map<string, Net[]>, find: (plain: string, slot: string, net: Net) => Hit[]): Slot[] {
    const points = Array.from(text);
    const found = new Map<string, Slot>();
    for (const [first, stretch] of stretches(points)) {
      const { text: plain, offsets } = normalise(stretch);
      for (const [slot, own] of nets) {
        for (const hit of own.flatMap((net) => find(plain, slot, net))) {
          const span = originalSpan(offsets, hit.start, hit.end);
          const [start, end] = [first + span[0], first + span[1]];
          const key = `${start} ${end} ${slot}`;
          const text = points.slice(start, end).join("");
          if (!found.has(key)) found.set(key, { slot, text, value: hit.value, start, end, confidence: 1 });
        }
      }
    }
    return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end || compare(a.slot, b.slot));
  }

  *#patternsIn(text: string): Generator<Match> {
    const { text: plain, offsets } = normalise(text);
    for (const [slot, nets] of this.#nets) {
      const isBudget = this.domain.slots[slot]?.role === "budget";
      for (const net of nets) {
        const known = isBudget ? this.#money(plain, net) : this.#mentions(plain, slot, net);
        for (const hit of [...known, ...this.#unknown(plain, slot, net)]) {
          const [start, end] = originalSpan(offsets, hit.start, hit.end);
          yield { slot, start, end, value: hit.value };
        }
      }
    }
  }

  #mentions(plain: string, slot: string, net: Net): Hit[] {
    const hits = this.#surfaces.get(slot)?.scan(plain) ?? [];
    const marked = new Marked(
      plain,
      hits.map((hit) => ({ ...hit, placeholder: VALUE! })),
    );
    const allowed = new Set<number>();
    for (const pattern of net.exceptions) {
      for (const [start, end] of spans(pattern, marked.text)) {
        for (const [at] of marked.within(start, end)) allowed.add(at);
      }
    }
    const found: Hit[] = [];
    for (const pattern of net.patterns) {
      for (const [start, end] of spans(pattern, marked.text)) {
        for (const [at, hit] of marked.within(start, end)) {
          if (!allowed.has(at)) found.push(hit);
        }
      }
    }
    for (const [pattern, value] of net.fixed) {
      for (const [start, end] of spans(pattern, plain)) found.push({ start, end, value });
    }
    return found;
  }

  #unknown(plain: string, slot: string, net: Net): { start: number; end: number; value: null }[] {
    const known = net.unknown.length ? (this.#surfaces.get(slot)?.scan(plain) ?? []) : [];
    return net.unknown
      .flatMap((pattern) => Array.from(plain.matchAll(pattern), (match) => match.indices![1]!))
      .filter(([start, end]) => !known.some((hit) => hit.start < end && start < hit.end))
      .map(([start, end]) => ({ start, end, value: null }));
  }

  #money(plain: string, net: Net): Hit[] {
    const numbers = this.#amounts
      .numbers(plain)
      .map(({ start, end }) => ({ start, end, placeholder: NUMBER!, value: "" }));
    const marks = this.#amounts.marks(plain).map((hit) => ({ ...hit, placeholder: MARK! }));
    const ordered = [...numbers, ...marks].sort(
      (a, b) => a.start - b.start || a.end - b.end || compare(a.placeholder, b.placeholder),
    );
    const marked = new Marked(plain, ordered);
    const found: Hit[] = [];
    for (const pattern of net.patterns) {
      for (const [first, last] of spans(pattern, marked.text)) {
        const inside = marked.within(first, last).map(([, span]) => span);
        const [start, end] = [inside[0]!.start, inside.at(-1)!.end];
        const amount = this.#amounts.read(plain.slice(start, end), net.language);
        if (amount !== null) found.push({ start, end, value: decimal(amount) });
      }
    }
    return found;
  }
}

/** A text in which each span is replaced by one placeholder, and the way back. */
class Marked {
  readonly text: string;
  readonly #at: [number, Found][] = [];

  constructor(plain: string, found: readonly Found[]) {
    let text = "";
    let done = 0;
    for (const span of found) {
      if (span.start < done) continue;
      text += plain.slice(done, span.start);
      this.#at.push([text.length, span]);
      text += span.placeholder;
      done = span.end;
    }
    this.text = text + plain.slice(done);
  }

  /** Returns the placeholders of a stretch with what they stand for, in order. */
  within(start: number, end: number): [number, Found][] {
    return this.#at.slice(this.#place(start), this.#place(end));
  }

  /** Returns how many placeholders stand before a place. */
  #place(at: number): number {
    let [low, high] = [0, this.#at.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at[middle]![0] < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Writes an amount the way slot values hold it: at most two decimals, none that are zero. */
export function decimal(amount: number): string {
  return amount.toFixed(2).replace(/\.?0+$/, "");
}

/** Cuts a text into the stretches that patterns see, each with its first code point. */
function* stretches(points: readonly string[]): Generator<[number, string]> {
  for (let first = 0; first < Math.max(points.length - OVERLAP, 1); first += STRETCH - OVERLAP) {
    yield [first, points.slice(first, first + STRETCH).join("")];
  }
}

function* spans(pattern: RegExp, text: string): Generator<[number, number]> {
  for (const match of text.matchAll(pattern)) yield [match.index, match.index + match[0].length];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf(surface: string): string {
  return normalise(surface).text.replaceAll("-", " ").split(" ").filter(Boolean).join(" ");
}

function keysOf(table: Record<string, Record<string, string[]>>): Map<string, string> {
  const known = new Map<string, string>();
  const add = (key: string, value: string) => void (known.has(key) || known.set(key, value));
  for (const [value, languages] of Object.entries(table)) {
    for (const surfaces of Object.values(languages)) for (const surface of surfaces) add(keyOf(surface), value);
  }
  for (const [key, value] of [...known])
    if (/^[\x00-\x7f]*[a-zA-Z]$/.test(key) && !key.endsWith("s")) add(`${key}s`, value);
  known.delete("");
  return known;
}

function netsOf(rule: Pick<SlotRule, "separator" | "patterns" | "unknown" | "except">): Net[] {
  const values = rule.separator ? `${VALUE}(?:${rule.separator}${VALUE})*` : VALUE!;
  const macros = [
    ["{values}", values],
    ["{value}", VALUE!],
    ["{money}", MONEY],
    ["{amount}", AMOUNT],
    ["{number}", NUMBER!],
  ];
  const compiled = (source: string, flags = "giu") =>
    new RegExp(
      macros.reduce((text, [name, meaning]) => text.replaceAll(name!, () => meaning!), source),
      flags,
    );
  // Of every language: a pattern as short as "{value}" is the same in all of them.
  const exceptions = Object.values(rule.except ?? {}).flatMap((entries) => entries.map((entry) => compiled(entry)));
  return Object.entries(rule.patterns ?? {}).map(([language, entries]) => ({
    language,
    patterns: entries.filter((entry) => typeof entry === "string").map((entry) => compiled(entry)),
    exceptions,
    fixed: entries.filter((entry) => typeof entry !== "string").map(([source, value]) => [compiled(source), value]),
    unknown: (rule.unknown?.[language] ?? []).map((entry) => compiled(entry, "dgiu")), // d: where group 1 stands
  }));
}
