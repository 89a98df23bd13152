/** Words to understanding: one pass of the model, and the lexicon beside it. */

import type { TextModel } from "../runtime/litert";
import type { Slot, Understanding } from "../schema";
import { type Calibration, cooled } from "./calibration";
import { argmax, bioSpans, softmax } from "./decoding";
import type { LanguageDetector } from "./language";
import type { Lexicon } from "./lexicon";
import { type Encoding, MAX_CHARACTERS, type Tokenizer } from "./tokenizer";

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
    readonly calibration: Calibration = { heads: {} },
  ) {}

  /** Reads a text of any length; what lies beyond the model's longest bucket is only seen by the patterns. */
  async understand(text: string): Promise<Understanding> {
    const encoding = this.tokenizer.encode(text, this.maxLength);
    const outputs = cooled(await this.model.run(encoding.tokenIds), this.calibration);
    const intents = softmax(outputs.intent);
    const best = argmax(outputs.intent);
    const width = this.labels.slots.length;
    const rows = encoding.offsets.map((_, piece) => outputs.slots.subarray(piece * width, (piece + 1) * width));
    return {
      language: this.detector.detect(text),
      intent: { label: this.labels.intent[best]!, confidence: intents[best]! },
      slots: this.#slots(text, encoding, rows),
      sentiment: outputs.sentiment ? softmax(outputs.sentiment)[1]! : null,
      embedding: Array.from(outputs.embedding ?? []),
      truncated: encoding.truncated,
    };
  }

  #slots(text: string, encoding: Encoding, logits: readonly Float32Array[]): Slot[] {
    const points = Array.from(text);
    const tagged: Slot[] = [];
    for (const span of bioSpans(logits, this.labels.slots, encoding.offsets)) {
      const surface = points.slice(span.start, span.end).join("");
      const value = this.lexicon.value(span.slot, surface);
      if (value !== null || this.lexicon.isOpen(span.slot)) tagged.push({ ...span, text: surface, value });
    }
    const read = points.slice(0, MAX_CHARACTERS).join("");
    const mentions = this.#weigh(this.lexicon.mentions(read), encoding, logits.map(softmax));
    const found = addMentions(tagged, mentions, (slot) => this.lexicon.protects(slot));
    return this.lexicon.meant(text, mergeSlots(found, this.lexicon.findPatterns(text)));
  }

  /** Gives known words the probability that the model saw for their slot, and keeps those with enough of it. */
  #weigh(mentions: readonly Slot[], encoding: Encoding, probabilities: readonly number[][]): Slot[] {
    return mentions.flatMap((mention) => {
      const inside = probabilities.filter((_, piece) => {
        const [start, end] = encoding.offsets[piece]!;
        return start < mention.end && end > mention.start && end > start;
      });
      const names = [`B-${mention.slot}`, `I-${mention.slot}`];
      const columns = names.map((name) => this.labels.slots.indexOf(name)).filter((column) => column >= 0);
      if (!inside.length || !columns.length) return [];
      const sums = inside.map((row) => columns.reduce((sum, column) => sum + row[column]!, 0));
      const confidence = sums.reduce((total, sum) => total + sum, 0) / sums.length;
      return confidence >= this.lexicon.minMention ? [{ ...mention, confidence }] : [];
    });
  }
}

/**
 * Adds known words that the tagger missed or cut in pieces; the longest first, then the most probable.
 *
 * A mention inside a tagged span says nothing new. One that is wider replaces the pieces under it, but never a span of
 * a slot that protects.
 */
export function addMentions(
  tagged: readonly Slot[],
  mentions: readonly Slot[],
  isProtected: (slot: string) => boolean,
): Slot[] {
  const ordered = [...mentions].sort(
    (a, b) =>
      a.start - a.end - (b.start - b.end) ||
      b.confidence - a.confidence ||
      a.start - b.start ||
      (a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0),
  );
  let kept = [...tagged];
  for (const mention of ordered) {
    const under = kept.filter((slot) => slot.start < mention.end && mention.start < slot.end);
    const covered = under.some((slot) => slot.start <= mention.start && mention.end <= slot.end);
    if (covered || under.some((slot) => isProtected(slot.slot))) continue;
    kept = [...kept.filter((slot) => !under.includes(slot)), mention];
  }
  return kept;
}

/**
 * Joins the tagger's spans and the patterns', in the order of the text. A pattern replaces tagged spans that overlap
 * it; a tagged span of the same slot whose value the pattern did not find is kept, so that nothing to avoid is lost.
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
