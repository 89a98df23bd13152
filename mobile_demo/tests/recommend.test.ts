/** The ports of `makeup_ai/recommend` and of the linker, held to what Python answers. */

import { describe, expect, test } from "vitest";
import { Linker } from "../src/knowledge/linking";
import { gather } from "../src/recommend/needs";
import { recommend } from "../src/recommend/rank";
import { whyNot } from "../src/recommend/reasons";
import { Tables } from "../src/recommend/tables";
import type { Language } from "../src/schema";
import { Lexicon } from "../src/text/lexicon";
import { golden } from "./golden";

const [{ embeddings }, ...cases] = golden.rankings;
const tables = new Tables({ ...golden.tables, domain: golden.domain, embeddings: Int8Array.from(embeddings) });
const lexicon = new Lexicon(golden.domain);

describe("ranking", () => {
  test.each(cases)("$needs $masks $budget", (expected) => {
    const language = expected.understanding.language as Language;
    const needs = gather(expected.understanding, lexicon, tables, () => []);
    expect({ needs: needs.needs, masks: needs.masks, budget: needs.budget }).toEqual({
      needs: expected.needs,
      masks: expected.masks,
      budget: expected.budget,
    });
    const ranking = recommend(tables, needs, expected.understanding.embedding, language);
    expect(ranking.considered).toBe(expected.considered);
    expect(ranking.recommendations).toEqual(expected.recommendations); // names, scores, terms, evidence, reasons
    const hidden = ranking.masked.counted().map((rule) => ({
      ...rule,
      why: whyNot(tables, ranking.masked.mask(rule, rule.rows[0]!), language),
    }));
    expect(hidden).toEqual(expected.hidden);
  });

  test("a score is the sum of its terms", () => {
    for (const { recommendations } of cases) {
      for (const { score, terms } of recommendations) {
        const sum = terms.reduce((total, term) => total + Math.round(term.value * 10_000), 0);
        expect(sum).toBe(Math.round(score * 10_000));
      }
    }
  });
});

describe("linking", () => {
  const linker = new Linker(golden.knowledge);
  test.each(golden.linking)("$name", ({ name, needs }) => expect(linker.resolveAvoid(name)).toEqual(needs));
});

describe("tables that do not fit", () => {
  const files = { ...golden.tables, domain: golden.domain, embeddings: Int8Array.from(embeddings) };
  test("a cell outside the catalogue", () => {
    const needs = { ...files.needs, cells: [[0, 40, 1, 0] as [number, number, number, number]] };
    expect(() => new Tables({ ...files, needs })).toThrow(/needs\.json: expected a row from 0 to 39\. Received: 40/);
  });
  test("embeddings of another catalogue", () => {
    expect(() => new Tables({ ...files, embeddings: new Int8Array(41) })).toThrow(/embeddings\.bin: .*40 products/);
  });
});
