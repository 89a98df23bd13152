/** A bundle's own vectors, as far as they need no graph: pieces and safety nets. Skipped where there is no bundle. */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../src/bundle";
import { Lexicon } from "../src/text/lexicon";
import { Tokenizer } from "../src/text/tokenizer";

const fallback = fileURLToPath(new URL("../../build/demo/bundle", import.meta.url));
const folder = process.env["MAKEUP_AI_BUNDLE"] ?? fallback;
const missing = !existsSync(`${folder}/manifest.json`);
const read = <T>(path: string): T => JSON.parse(readFileSync(`${folder}/${path}`, "utf8")) as T;

interface TokenVector {
  text: string;
  token_ids: number[];
  offsets: [number, number][];
}

describe.skipIf(missing)("the bundle's vectors", () => {
  test("pieces", () => {
    const tokenizer = new Tokenizer(read("tokenizer.json"));
    const { max_length: length } = read<Manifest>("manifest.json");
    for (const { text, token_ids, offsets } of read<TokenVector[]>("vectors/tokens.json")) {
      const encoding = tokenizer.encode(text, length);
      expect({ text, ids: encoding.tokenIds, offsets: encoding.offsets }).toEqual({ text, ids: token_ids, offsets });
    }
  });

  test("safety nets hold in the slots of every consultation", () => {
    const lexicon = new Lexicon(read("tables/domain.json"));
    for (const { text, slots } of read<{ text: string; slots: unknown[] }[]>("vectors/consultations.json")) {
      const found = lexicon.findPatterns(text).map(({ slot, value, start, end }) => [slot, value, start, end]);
      expect(slots).toEqual(expect.arrayContaining(found));
    }
  });
});
