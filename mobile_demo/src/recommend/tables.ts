/** The bundle's tables for ranking, checked once; the order of `products` is the row order of every other table. */

import { type Bundle, BundleError } from "../bundle";
import { Phrases } from "../content/phrases";
import type { Language, Product, Words } from "../schema";
import type { Domain, SlotRule } from "../text/lexicon";
import { UNIT } from "./fixed";

/** How near-duplicates are spread: the most it may cost, how many lists are looked at, and what likeness is made of. */
export interface Diversity {
  weight: number;
  reach: number;
  brand: number;
  line: number;
  category: number;
  ingredients: number;
}

/** `ranking.json`. */
export interface Settings {
  unit: number;
  top: number;
  /** Age in years from which products are marked for adults. */
  adult_age?: number;
  /** How much likeness to a product above costs a product its place; nothing where it is not there. */
  diversity?: Diversity;
  weights: Record<string, number>;
  relevance_floor: number;
  reasons: number;
  min_confidence: { intent: number; slot: number };
  /** By language: regular expressions on the lower-cased question, of what is for a doctor. */
  red_flags: Record<string, string[]>;
  /** Irritancy, 0 to 3, from which a product should be tried on an arm first. */
  patch_test_irritancy: number;
}

/** Why a need has a value in a product: `kind` ends the key of its phrase, nodes lead from the product to the need. */
export interface Path {
  kind: string;
  nodes: string[];
}

/** What a need is worth in one product, in ten-thousandths, and why. */
export interface Cell {
  value: number;
  path: Path;
}

/** The tables as they are in the bundle's files. */
export interface TableFiles {
  catalogue: { schema: number; products: Product[] };
  domain: Domain;
  needs: { needs: string[]; cells: [number, number, number, number][]; paths: Path[] };
  masks: { masks: Record<string, Record<string, [string, string]>> };
  ranking: Settings;
  names: Record<string, Words>;
  phrases: Record<string, Record<string, string>>;
  embeddings: Int8Array;
  popularity?: Popularity;
}

/** How often each product was bought, and what that is worth in ten-thousandths; by row. */
export interface Popularity {
  purchases: number[];
  values: number[];
}

export class Tables {
  readonly products: readonly Product[];
  readonly slots: ReadonlyMap<string, SlotRule>;
  readonly settings: Settings;
  readonly phrases: Phrases;
  /** Need -> row -> cell; a need may be listed and met by no product. */
  readonly cells: ReadonlyMap<string, ReadonlyMap<number, Cell>>;
  /** Need -> row -> node id and name as printed of what speaks against the product. */
  readonly masks: ReadonlyMap<string, ReadonlyMap<number, readonly [string, string]>>;
  /** `(products, dim)`, row by row; a product's unit vector is its row divided by 127. */
  readonly embeddings: Int8Array;
  readonly dim: number;
  /** Nothing where the bundle has learned of no purchases. */
  readonly popularity: Popularity | undefined;
  readonly #names: ReadonlyMap<string, Words>;
  readonly #values: Domain["values"];
  readonly #intents: Domain["intents"];

  constructor(files: TableFiles) {
    if (files.catalogue.schema !== 1) {
      throw new BundleError(`catalogue.json: expected schema 1. Received: ${files.catalogue.schema}`);
    }
    if (files.ranking.unit !== UNIT) {
      throw new BundleError(`ranking.json: expected unit ${UNIT}. Received: ${files.ranking.unit}`);
    }
    this.products = files.catalogue.products;
    this.slots = new Map(Object.entries(files.domain.slots));
    this.settings = files.ranking;
    this.phrases = new Phrases(files.phrases);
    this.cells = cellsOf(files.needs, this.products.length);
    this.masks = new Map(
      Object.entries(files.masks.masks).map(([need, rows]) => [
        need,
        new Map(
          Object.entries(rows).map(([row, evidence]) => [
            rowOf(Number(row), this.products.length, "masks.json"),
            evidence,
          ]),
        ),
      ]),
    );
    this.embeddings = files.embeddings;
    this.dim = this.products.length ? files.embeddings.length / this.products.length : 0;
    if (!Number.isInteger(this.dim)) {
      throw new BundleError(
        `embeddings.bin: expected as many numbers for each of ${this.products.length} products. ` +
          `Received: ${files.embeddings.length} numbers`,
      );
    }
    this.popularity = files.popularity;
    if (this.popularity && this.popularity.values.length !== this.products.length) {
      throw new BundleError(`popularity.json: expected a value for each of ${this.products.length} products.`);
    }
    this.#names = new Map(Object.entries(files.names));
    this.#values = files.domain.values;
    this.#intents = files.domain.intents;
  }

  static of(bundle: Bundle): Tables {
    return new Tables({
      catalogue: bundle.table("catalogue"),
      domain: bundle.table("domain"),
      needs: bundle.table("needs"),
      masks: bundle.table("masks"),
      ranking: bundle.table("ranking"),
      names: bundle.table("names"),
      phrases: bundle.table("phrases"),
      embeddings: new Int8Array(bundle.bytes("tables/embeddings.bin").buffer),
      ...(bundle.has("tables/popularity.json") && {
        popularity: bundle.json<Popularity>("tables/popularity.json"),
      }),
    });
  }

  /**
   * Words a node or a need, within the phrase `need.<slot>` where there is one ("oily" -> "oily skin"). An `avoid:` need
   * that has no name of its own is named by its group or ingredient.
   */
  name(node: string, language: Language): string {
    const colon = node.indexOf(":");
    const [slot, value] = colon < 0 ? [node, ""] : [node.slice(0, colon), node.slice(colon + 1)];
    const keys = slot === "avoid" ? [node, `group:${value}`, `ingredient:${value}`] : [node];
    const named = keys.map((key) => this.#names.get(key)).find((words) => words !== undefined);
    const word = named?.[language] ?? this.#surface(slot, value, language) ?? value.replaceAll("_", " ");
    return this.phrases.has(`need.${slot}`) ? this.phrases.render(`need.${slot}`, language, { value: word }) : word;
  }

  #surface(slot: string, value: string, language: Language): string | undefined {
    const values = Object.hasOwn(this.#values, slot) ? this.#values[slot]! : {};
    return Object.hasOwn(values, value) ? values[value]![language]?.[0] : undefined;
  }

  /** Says in a few words what a person with this intent does; its id where the domain does not say. */
  intent(label: string, language: Language): string {
    return (
      (Object.hasOwn(this.#intents, label) ? this.#intents[label]![language] : undefined) ?? label.replaceAll("_", " ")
    );
  }

  /** Names a product, in its first language where it has no name in this one. */
  productName(row: number, language: Language): string {
    const { name } = this.products[row]!;
    return name[language] || Object.values(name)[0]!;
  }
}

function cellsOf(table: TableFiles["needs"], products: number): Map<string, Map<number, Cell>> {
  const columns = new Map<string, Map<number, Cell>>(table.needs.map((need) => [need, new Map()]));
  for (const cell of table.cells) {
    const [need, row, value, path] = cell;
    const column = columns.get(table.needs[need] ?? "");
    const why = table.paths[path];
    if (!column || !why || !Number.isInteger(value) || Math.abs(value) > UNIT || column.has(row)) {
      throw new BundleError(
        `needs.json: expected [need, row, ten-thousandths, path], once each. Received: [${cell.join(", ")}]`,
      );
    }
    column.set(rowOf(row, products, "needs.json"), { value, path: why });
  }
  return columns;
}

function rowOf(row: number, products: number, file: string): number {
  if (!Number.isInteger(row) || row < 0 || row >= products) {
    throw new BundleError(`${file}: expected a row from 0 to ${products - 1}. Received: ${row}`);
  }
  return row;
}
