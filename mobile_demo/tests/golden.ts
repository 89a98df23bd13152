/** What Python answers: `python tests/mobile/golden.py build/phone/golden.json` writes it. */

import { existsSync, readFileSync } from "node:fs";
import type { KnowledgeTable } from "../src/knowledge/linking";
import type { TableFiles } from "../src/recommend/tables";
import type { Recommendation, Slot, Understanding } from "../src/schema";
import type { Span } from "../src/text/decoding";
import type { LanguageTable } from "../src/text/language";
import type { Domain } from "../src/text/lexicon";
import type { Calibration } from "../src/text/calibration";

const path = process.env["MAKEUP_AI_GOLDEN"] ?? new URL("../../build/phone/golden.json", import.meta.url).pathname;
if (!existsSync(path)) {
  throw new Error(
    `Expected Python's answers in ${path}. Write them: python tests/mobile/golden.py build/phone/golden.json`,
  );
}

export interface Hidden {
  kind: string;
  subject: string;
  rows: number[];
  why: string;
}

export interface RankingCase {
  understanding: Understanding;
  needs: string[];
  masks: string[];
  budget: number | null;
  considered: number;
  recommendations: Recommendation[];
  hidden: Hidden[];
}

interface Golden {
  domain: Domain;
  languages: LanguageTable;
  tokenizer: object;
  knowledge: KnowledgeTable;
  tables: Omit<TableFiles, "domain" | "embeddings">;
  normalise: { text: string; plain: string; offsets: number[] }[];
  language: { text: string; language: string }[];
  amounts: {
    plain: string;
    numbers: [number, number, number][];
    marks: [number, number, string][];
    read: Record<string, number | null>;
  }[];
  hundredths: { amount: number; rounded: number; decimal: string }[];
  values: { slot: string; surface: string; value: string | null }[];
  patterns: { text: string; slots: Slot[] }[];
  mentions: { text: string; slots: Slot[] }[];
  negated: { text: string; slots: Slot[] }[];
  floors: { text: string; slots: Slot[] }[];
  bio: { labels: string[]; logits: number[][]; offsets: [number, number][]; spans: Span[] }[];
  joined: { tagged: Slot[]; mentions: Slot[]; slots: Slot[] }[];
  readings: {
    labels: string[];
    max_length: number;
    calibration: Calibration;
    texts: { text: string; logits: number[]; intent: number; slots: Slot[] }[];
  };
  tokens: { text: string; max_length: number; ids: number[]; offsets: [number, number][]; truncated: boolean }[];
  linking: { name: string; needs: string[] }[];
  rankings: [{ embeddings: number[] }, ...RankingCase[]];
}

export const golden = JSON.parse(readFileSync(path, "utf8")) as Golden;
