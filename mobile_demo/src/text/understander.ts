/** Words to understanding: one pass of the model, and the lexicon beside it. */

import type { TextModel } from "../runtime/litert";
import type { Slot, Understanding } from "../schema";
import { argmax, bioSpans, softmax } from "./decoding";
import type { LanguageDetector } from "./language";
import type { Lexicon } from "./lexicon";
import type { Tokenizer } from "./tokenizer";

/** `labels.json`: class names by output. */
export interface Labels {
  intent: string[];
  slots: string[];
}

export class Understander {
  constructor(
    readonly model: TextModel,
    readonly tokenizer: Tokenizer,
    readonly labels: Labels,
    readonly lexicon: Lexicon,
    readonly detector: LanguageDetector,
    readonly maxLength: number,
  ) {}

  /** Reads a text of any length; what lies beyond the model's longest bucket is only seen by the patterns. */
  async understand(text: string): Promise<Understanding> {
    const encoding = this.tokenizer.encode(text, this.maxLength);
    const outputs = await this.model.run(encoding.tokenIds);
    const intents = softmax(outputs.intent);
    const best = argmax(outputs.intent);
    const width = this.labels.slots.length;
    const rows = encoding.offsets.map((_, piece) => outputs.slots.subarray(piece * width, (piece + 1) * width));
    const points = Array.from(text);
    const tagged = bioSpans(rows, this.labels.slots, encoding.offsets).map((span): Slot => {
      const surface = points.slice(span.start, span.end).join("");
      return { ...span, text: surface, value: this.lexicon.value(span.slot, surface) };
    });
    return {
      language: this.detector.detect(text),
      intent: { label: this.labels.intent[best]!, confidence: intents[best]! },
      slots: mergeSlots(tagged, this.lexicon.findPatterns(text)),
      sentiment: outputs.sentiment ? softmax(outputs.sentiment)[1]! : null,
      embedding: Array.from(outputs.embedding ?? []),
      truncated: encoding.truncated,
    };
  }
}

/**
 * Joins the tagger's spans and the patterns', in the order of the text. A pattern replaces tagged spans that overlap it;
 * a tagged span of the same slot whose value the pattern did not find is kept, so that nothing to avoid is lost.
 */
export function mergeSlots(tagged: readonly Slot[], patterns: readonly Slot[]): Slot[] {
  const kept = tagged.filter((slot) => {
    const overlapping = patterns.filter((found) => slot.start < found.end && found.start < slot.end);
    const same = overlapping.filter((found) => found.slot === slot.slot).map((found) => found.value);
    return !overlapping.length || (same.length > 0 && slot.value !== null && !same.includes(slot.value));
  });
  return [...patterns, ...kept].sort(
    (a, b) => a.start - b.start || a.end - b.end || (a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0),
  );
}
