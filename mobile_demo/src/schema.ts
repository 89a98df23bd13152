/** The values that travel through one consultation, named as in Python. Offsets are code points of the question. */

export type Language = "en" | "zh";
export const LANGUAGES: readonly Language[] = ["en", "zh"];

/** A word for something, by language. */
export type Words = Record<string, string>;

export interface Shade {
  shade_id: string;
  name: Words;
  hex: string;
  undertone?: string | null;
}

export interface Product {
  product_id: string;
  brand: string;
  name: Words;
  category: string;
  price: number;
  currency: string;
  size: string;
  ingredients: string[];
  attributes: Record<string, string[]>;
  description: Words;
  shades?: Shade[];
  in_stock?: boolean;
  line?: string;
  min_age?: number | null;
  sponsored?: boolean;
}

export interface Intent {
  label: string;
  confidence: number;
}

/** One span of the question; `value` is `null` where the words are not in the lexicon. */
export interface Slot {
  slot: string;
  text: string;
  value: string | null;
  start: number;
  end: number;
  confidence: number;
}

export interface Understanding {
  language: Language | "other";
  intent: Intent;
  slots: Slot[];
  sentiment: number | null;
  embedding: number[];
  truncated: boolean;
}

/** Who asked for something; this page reads words only. */
export type Source = "words";

/** What stands behind a term: `kind` is the end of its phrase's key, `reason.<kind>`. */
export type Evidence =
  | { kind: "words"; similarity: number }
  | { kind: "popularity"; purchases: number }
  | { kind: "price"; price: number; budget: number; currency: string; sources: readonly Source[] }
  | { kind: string; need: string; path: readonly string[]; sources: readonly Source[] };

/** One summand of a score; `value` is a whole number of ten-thousandths divided by 10000. */
export interface Term {
  name: string;
  value: number;
  evidence: Evidence;
}

export interface Recommendation {
  product_id: string;
  name: string;
  brand: string;
  price: number;
  currency: string;
  score: number;
  terms: Term[];
  reasons: string[];
  /** Whether its place is paid for; shown beside it, and never counted. */
  sponsored: boolean;
}
