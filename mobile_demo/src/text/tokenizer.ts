/**
 * The bilingual WordPiece tokenizer, read from the bundle's `tokenizer.json`.
 *
 * The library gives pieces without offsets. Its normaliser treats code points one by one once combining marks are
 * dropped, so normalising each by itself says where every character of the normalised text came from, and walking the
 * pieces over those characters gives the offsets.
 */

import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";

const [PAD, UNK, CLS, SEP] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] as const;
/** Code points of a text that are tokenized: over ten times what the longest bucket can hold. */
export const MAX_CHARACTERS = 4_096;
const LONE_SURROGATE = /^[\ud800-\udfff]$/u;

/** One text as the models read it, without padding; offsets are code points, `[0, 0]` for the special pieces. */
export interface Encoding {
  tokenIds: number[];
  offsets: [number, number][];
  truncated: boolean;
}

interface Piece {
  id: number;
  start: number;
  end: number;
}

/** Text to token ids, and back to the characters they came from. */
export class Tokenizer {
  readonly #library: LibraryTokenizer;
  readonly #normalised = new Map<string, string>();
  readonly #ids: Record<"unk" | "cls" | "sep", number>;
  readonly #prefix: string;

  constructor(file: object) {
    this.#library = new LibraryTokenizer(file, {});
    const id = (token: string): number => {
      const found = this.#library.token_to_id(token);
      if (found === undefined) throw new Error(`tokenizer.json: expected the piece ${token}. Make the bundle again.`);
      return found;
    };
    if (id(PAD) !== 0) throw new Error(`tokenizer.json: expected ${PAD} as 0. Received: ${id(PAD)}`);
    this.#ids = { unk: id(UNK), cls: id(CLS), sep: id(SEP) };
    const model = (file as { model?: { continuing_subword_prefix?: string } }).model;
    this.#prefix = model?.continuing_subword_prefix ?? "##";
  }

  /** Turns one text into at most `maxLength` token ids, the special ones included. */
  encode(text: string, maxLength: number): Encoding {
    const points = Array.from(text);
    const pieces = this.#pieces(points.slice(0, MAX_CHARACTERS));
    const kept = pieces.slice(0, maxLength - 2);
    return {
      tokenIds: [this.#ids.cls, ...kept.map((piece) => piece.id), this.#ids.sep],
      offsets: [[0, 0], ...kept.map((piece): [number, number] => [piece.start, piece.end]), [0, 0]],
      truncated: pieces.length > kept.length || points.length > MAX_CHARACTERS,
    };
  }

  #pieces(points: readonly string[]): Piece[] {
    let normalised = "";
    const origins: number[] = []; // one for each character that is not a space
    points.forEach((point, index) => {
      for (const character of this.#normalise(LONE_SURROGATE.test(point) ? "?" : point)) {
        normalised += character;
        if (character !== " ") origins.push(index);
      }
    });
    const { pre_tokenizer: split, model } = this.#library;
    if (!split || !model) throw new Error("tokenizer.json: expected a pre-tokenizer and a model.");
    const pieces: Piece[] = [];
    let at = 0;
    for (const word of split(normalised) as string[]) {
      const first = at;
      const end = at + Array.from(word).length;
      for (const token of model([word]) as string[]) {
        const id = this.#library.token_to_id(token) ?? this.#ids.unk;
        const written = at > first ? token.slice(this.#prefix.length) : token;
        const next = id === this.#ids.unk ? end : at + Array.from(written).length; // a word is unknown as a whole
        pieces.push({ id, start: origins[at]!, end: origins[next - 1]! + 1 });
        at = next;
      }
    }
    return pieces;
  }

  #normalise(point: string): string {
    let found = this.#normalised.get(point);
    if (found === undefined) {
      found = this.#library.normalizer ? (this.#library.normalizer(point) as string) : point;
      this.#normalised.set(point, found);
    }
    return found;
  }
}

/** One text on the right-padded grid that every model reads. */
export function pad(tokenIds: readonly number[], length: number): { token_ids: Int32Array; padding_mask: Int32Array } {
  const grid = { token_ids: new Int32Array(length), padding_mask: new Int32Array(length) };
  grid.token_ids.set(tokenIds);
  grid.padding_mask.fill(1, 0, tokenIds.length);
  return grid;
}
