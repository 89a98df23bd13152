/** The ports of `makeup_ai/text`, held to what Python answers. */

import { describe, expect, test } from "vitest";
import { Amounts, hundredths } from "../src/text/amounts";
import { bioSpans } from "../src/text/decoding";
import { LanguageDetector } from "../src/text/language";
import { decimal, Lexicon } from "../src/text/lexicon";
import { normalise } from "../src/text/normalise";
import { Tokenizer } from "../src/text/tokenizer";
import { addMentions, mergeSlots, Understander } from "../src/text/understander";
import type { Slot } from "../src/schema";
import { golden } from "./golden";

const lexicon = new Lexicon(golden.domain);

describe("normalise", () => {
  test.each(golden.normalise)("$text", ({ text, plain, offsets }) => {
    expect(normalise(text)).toEqual({ text: plain, offsets });
  });
});

describe("language", () => {
  const detector = new LanguageDetector(golden.languages);
  test.each(golden.language)("$text", ({ text, language }) => expect(detector.detect(text)).toBe(language));
});

describe("amounts", () => {
  const amounts = new Amounts(golden.domain.budget);
  test.each(golden.amounts)("$plain", ({ plain, numbers, marks, read }) => {
    expect(amounts.numbers(plain).map(({ start, end, value }) => [start, end, value])).toEqual(numbers);
    expect(amounts.marks(plain).map(({ start, end, value }) => [start, end, value])).toEqual(marks);
    expect({ en: amounts.read(plain, "en"), zh: amounts.read(plain, "zh") }).toEqual(read);
  });
  test.each(golden.hundredths)("$amount", ({ amount, rounded, decimal: written }) => {
    expect(hundredths(amount)).toBe(rounded);
    expect(decimal(rounded)).toBe(written);
  });
});

describe("lexicon", () => {
  test.each(golden.values)("$slot $surface", ({ slot, surface, value }) => {
    expect(lexicon.value(slot, surface)).toBe(value);
  });
  test.each(golden.patterns)("$text", ({ text, slots }) => expect(lexicon.findPatterns(text)).toEqual(slots));
  test.each(golden.negated)("taken back in $text", ({ text, slots }) => expect(lexicon.negated(text)).toEqual(slots));
  test.each(golden.floors)("at least in $text", ({ text, slots }) => expect(lexicon.floors(text)).toEqual(slots));
  test.each(golden.mentions)("words in $text", ({ text, slots }) => expect(lexicon.mentions(text)).toEqual(slots));
  test("an endless list is read in bounded time", () => {
    const began = performance.now();
    expect(lexicon.findPatterns(`no ${"fragrance, ".repeat(9_000)}`).length).toBeGreaterThan(0);
    expect(performance.now() - began).toBeLessThan(12_000); // ms; half a minute without stretches
  }, 60_000);
  test("some of what is avoided is unknown", () => {
    expect(golden.patterns.some(({ slots }) => slots.some((slot) => slot.value === null))).toBe(true);
  });
});

describe("decoding", () => {
  test.each(golden.bio)("$offsets", ({ labels, logits, offsets, spans }) => {
    const found = bioSpans(logits, labels, offsets);
    expect(found.map(({ slot, start, end }) => [slot, start, end])).toEqual(
      spans.map(({ slot, start, end }) => [slot, start, end]),
    );
    found.forEach((span, i) => expect(span.confidence).toBeCloseTo(spans[i]!.confidence, 5)); // float32 in Python
  });
});

describe("tokenizer", () => {
  const tokenizer = new Tokenizer(golden.tokenizer);
  test.each(golden.tokens)("$max_length $text", ({ text, max_length, ids, offsets, truncated }) => {
    expect(tokenizer.encode(text, max_length)).toEqual({ tokenIds: ids, offsets, truncated });
  });
});

describe("reading", () => {
  const { labels, max_length, calibration, texts } = golden.readings;
  const tokenizer = new Tokenizer(golden.tokenizer);
  const detector = new LanguageDetector(golden.languages);
  test.each(texts)("$text", async ({ text, logits, intent, slots }) => {
    const outputs = {
      intent: Float32Array.of(0, 1),
      slots: Float32Array.from(logits),
      sentiment: null,
      embedding: null,
    };
    const model = { run: async () => outputs };
    const names = { intent: ["greeting", "recommend"], slots: labels };
    const understander = new Understander(model, tokenizer, names, lexicon, detector, max_length, calibration);
    const { intent: said, slots: read } = await understander.understand(text);
    expect(said.confidence).toBeCloseTo(intent, 5);
    expect(read).toEqual(slots.map((slot) => ({ ...slot, confidence: expect.closeTo(slot.confidence, 5) })));
  });
});

describe("mentions", () => {
  test.each(golden.joined)("$tagged $mentions", ({ tagged, mentions, slots }) => {
    expect(addMentions(tagged, mentions, (slot) => lexicon.protects(slot))).toEqual(slots);
  });
  test("some were added and some replaced what was tagged", () => {
    const tagger = 0.9; // the confidence of every tagged span; no mention has it
    const left = golden.joined.map(({ slots }) => slots.filter((slot) => slot.confidence === tagger).length);
    expect(golden.joined.some(({ slots, tagged }) => slots.length > tagged.length)).toBe(true);
    expect(golden.joined.some(({ tagged }, i) => left[i]! < tagged.length)).toBe(true);
  });
});

describe("merging", () => {
  const slot = (name: string, value: string | null, start: number, end: number): Slot => ({
    slot: name,
    text: "",
    value,
    start,
    end,
    confidence: 1,
  });
  const pattern = slot("avoid", "fragrance", 5, 14);
  test("a pattern replaces what overlaps it", () => {
    expect(mergeSlots([slot("ingredient", "parfum", 5, 9)], [pattern])).toEqual([pattern]);
  });
  test("another value to avoid is kept", () => {
    const other = slot("avoid", "nut", 0, 8);
    expect(mergeSlots([other], [pattern])).toEqual([other, pattern]);
  });
});
