/** One spelling for many ways to type the same words, with the way back to what was typed. */

const FOLDED = new Map<string, string>([
  ...Array.from("‘’‛`´", (c): [string, string] => [c, "'"]),
  ...Array.from("“”", (c): [string, string] => [c, '"']),
  ...Array.from("‐‑‒–—―−", (c): [string, string] => [c, "-"]),
]);

// What Python's str.isspace() holds for white space; JavaScript's \s differs in six characters.
const SPACE = /^[\t-\r\x1c-\x20\x85\p{Zs}\u2028\u2029]$/u;
const INVISIBLE = /^[\p{Mn}\p{Cf}]$/u;
const MARK = /^\p{Mn}$/u;

export interface Normalised {
  text: string;
  /** For each UTF-16 unit of `text` the code point it came from; one more entry for the end. */
  offsets: readonly number[];
}

/** Folds width, case, accents, dashes, quotes and runs of spaces, code point by code point. */
export function normalise(text: string): Normalised {
  let plain = "";
  const offsets: number[] = [];
  let end = 0;
  let index = -1;
  for (const original of text) {
    index += 1;
    if (SPACE.test(original)) {
      if (plain && !plain.endsWith(" ")) {
        plain += " ";
        offsets.push(index);
      }
      continue;
    }
    if (INVISIBLE.test(original)) {
      if (plain && !plain.endsWith(" ")) end = index + 1;
      continue;
    }
    for (const character of (FOLDED.get(original) ?? original).normalize("NFKD").toLowerCase()) {
      if (SPACE.test(character) || MARK.test(character)) continue;
      plain += character;
      for (let unit = 0; unit < character.length; unit += 1) offsets.push(index);
    }
    end = index + 1;
  }
  if (plain.endsWith(" ")) {
    plain = plain.slice(0, -1);
    offsets.pop();
  }
  return { text: plain, offsets: [...offsets, end] };
}

/** Turns a span of the normalised text into the span of the original that holds it; `end` is above `start`. */
export function originalSpan(offsets: readonly number[], start: number, end: number): [number, number] {
  return [offsets[start] ?? 0, Math.max(offsets[end] ?? 0, (offsets[end - 1] ?? 0) + 1)];
}
