/** Whole ten-thousandths: the only numbers a score is made of, so that its sum is exact in every language. */

export const UNIT = 10_000; // ten-thousandths in one

/** Rounds to whole ten-thousandths, halves upwards. */
export function fixed(x: number): number {
  return Math.floor(x * UNIT + 0.5);
}
