/** The terms of a score, one file each. Python has more: `shade` needs a photo, `taste` a history. */

import type { Needs } from "../needs";
import type { Tables } from "../tables";
import { cells } from "./cells";
import type { Contribution } from "./contribution";
import { popularity } from "./popularity";
import { price } from "./price";
import { relevance } from "./relevance";

type TermKind = (tables: Tables, needs: Needs, embedding: readonly number[]) => Contribution[];

export const TERMS: readonly TermKind[] = [cells, relevance, price, popularity];
