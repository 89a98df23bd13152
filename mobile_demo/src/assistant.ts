/** The assistant: opens a bundle and answers people, in the browser. One consultation reads like `consult`. */

import { Bundle, CALIBRATION } from "./bundle";
import { type Kind, kindOf, routeOf } from "./content/answer";
import { type Caution, cautions } from "./content/cautions";
import { type KnowledgeTable, Linker } from "./knowledge/linking";
import { gather, type Needs, spoken } from "./recommend/needs";
import { type Ranking, recommend } from "./recommend/rank";
import { Tables } from "./recommend/tables";
import { LiteRtTextModel } from "./runtime/litert";
import type { Language, Understanding } from "./schema";
import type { Calibration } from "./text/calibration";
import { LanguageDetector } from "./text/language";
import { Lexicon } from "./text/lexicon";
import { Tokenizer } from "./text/tokenizer";
import { Understander } from "./text/understander";

export interface Advice {
  text: string;
  language: Language;
  understanding: Understanding;
  needs: Needs;
  route: string;
  kind: Kind;
  ranking: Ranking;
  cautions: Caution[];
  /** Time taken by the model and everything after it, in milliseconds. */
  milliseconds: number;
}

/** A bundle, ready to be asked. */
export class Assistant {
  readonly #knowledge: KnowledgeTable;
  readonly #linker: Linker;

  private constructor(
    readonly bundle: Bundle,
    readonly tables: Tables,
    readonly lexicon: Lexicon,
    readonly understander: Understander,
  ) {
    this.#knowledge = bundle.table("knowledge");
    this.#linker = new Linker(this.#knowledge);
  }

  /** Opens and checks the bundle at `address`, and compiles its model with the runtime in the folder `wasm`. */
  static async load(address: string, wasm: string): Promise<Assistant> {
    const bundle = await Bundle.open(address);
    const lexicon = new Lexicon(bundle.table("domain"));
    const understander = new Understander(
      await LiteRtTextModel.open(bundle.bytes("models/understanding.tflite"), wasm),
      new Tokenizer(bundle.json("tokenizer.json")),
      bundle.table("labels"),
      lexicon,
      new LanguageDetector(bundle.table("languages")),
      bundle.manifest.max_length,
      bundle.has(CALIBRATION) ? bundle.json<Calibration>(CALIBRATION) : undefined,
    );
    return new Assistant(bundle, Tables.of(bundle), lexicon, understander);
  }

  /** Answers one question, of any length, in any language. */
  async consult(text: string): Promise<Advice> {
    const started = performance.now();
    const understanding = await this.understander.understand(text);
    const language = spoken(understanding.language);
    const needs = gather(understanding, this.lexicon, this.tables, (name) => this.#linker.resolveAvoid(name), (name) => this.#linker.isSpelling(name));
    const route = routeOf(text, understanding, needs, this.tables);
    const ranking = recommend(this.tables, needs, understanding.embedding, language);
    const kind = kindOf(route);
    const offered = kind === "spoken" ? null : ranking.recommendations;
    const found = cautions({ text, language, understanding, needs, offered }, this.tables, this.#knowledge);
    const milliseconds = performance.now() - started;
    return { text, language, understanding, needs, route, kind, ranking, cautions: found, milliseconds };
  }
}
