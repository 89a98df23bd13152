/** What a term gives to the sum. */

import type { Evidence } from "../../schema";

/** One summand for every product at once. */
export interface Contribution {
  /** Of the term, which is also the name of its weight and of its phrase `term.<name>`. */
  name: string;
  /** Ten-thousandths by row; zero where it does not speak of a product. */
  values: readonly number[];
  evidence(row: number): Evidence;
}
