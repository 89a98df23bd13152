/** The port of `makeup_ai/recommend/terms/popularity.py`, on numbers worked by hand. */

import { expect, test } from "vitest";
import type { Needs } from "../src/recommend/needs";
import { reason } from "../src/recommend/reasons";
import { Tables } from "../src/recommend/tables";
import { popularity } from "../src/recommend/terms/popularity";
import { golden } from "./golden";

const [{ embeddings }] = golden.rankings;
const files = { ...golden.tables, domain: golden.domain, embeddings: Int8Array.from(embeddings) };
const rows = files.catalogue.products.length;
const none = {} as Needs;
const column = (first: number) => [first, ...Array<number>(rows - 1).fill(0)];

test("the value times the weight, and how many bought it", () => {
  const ranking = { ...files.ranking, weights: { ...files.ranking.weights, popularity: 0.05 } };
  const tables = new Tables({ ...files, ranking, popularity: { values: column(6309), purchases: column(7) } });
  const [summand] = popularity(tables, none);
  expect(summand!.values).toEqual(column(315)); // 0.05 * 6309 = 315.45
  const evidence = summand!.evidence(0);
  expect(evidence).toEqual({ kind: "popularity", purchases: 7 });
  expect(reason(tables, { name: "popularity", value: 0.0315, evidence }, "en")).toContain("7");
});

test("without purchases there is no term", () => {
  expect(popularity(new Tables(files), none)).toEqual([]);
  expect(popularity(new Tables({ ...files, popularity: { values: column(0), purchases: column(0) } }), none)).toEqual([]);
});

test("a column of another catalogue is refused", () => {
  expect(() => new Tables({ ...files, popularity: { values: [1], purchases: [1] } })).toThrow("popularity.json");
});
