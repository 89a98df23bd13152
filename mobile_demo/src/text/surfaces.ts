/** Finding known words in a text. */

export interface Hit {
  start: number;
  end: number;
  value: string;
}

/** An index of surfaces: as normalised, with spaces for hyphens -> what each stands for. */
export class Surfaces {
  readonly #lengths = new Map<string, number[]>();

  constructor(readonly values: ReadonlyMap<string, string>) {
    for (const surface of values.keys()) {
      const lengths = this.#lengths.get(surface.charAt(0)) ?? [];
      if (!lengths.includes(surface.length)) lengths.push(surface.length);
      this.#lengths.set(surface.charAt(0), lengths);
    }
    for (const lengths of this.#lengths.values()) lengths.sort((a, b) => b - a);
  }

  /**
   * Finds surfaces from left to right, the longest at each place, none overlapping. A surface neither begins nor ends
   * between two Latin letters or two figures: `red` is not in `tired`.
   */
  scan(text: string): Hit[] {
    text = text.replaceAll("-", " ");
    const found: Hit[] = [];
    let at = 0;
    while (at < text.length) {
      const hit = this.#longestAt(text, at);
      if (hit) found.push(hit);
      at = hit ? hit.end : at + 1;
    }
    return found;
  }

  #longestAt(text: string, start: number): Hit | null {
    for (const length of this.#lengths.get(text.charAt(start)) ?? []) {
      const end = start + length;
      const value = this.values.get(text.slice(start, end));
      if (value !== undefined && end <= text.length && !inside(text, start) && !inside(text, end)) {
        return { start, end, value };
      }
    }
    return null;
  }
}

function inside(text: string, at: number): boolean {
  return at > 0 && at < text.length && /^(?:[a-zA-Z]{2}|[0-9]{2})$/.test(text.slice(at - 1, at + 1));
}
