/** LiteRT in the browser: the understanding model's signatures, one a padded length. */

import { type CompiledModel, loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";
import { pad } from "../text/tokenizer";

const BUCKET_NAME = /^tokens_(\d+)$/;
const INPUTS = ["padding_mask", "token_ids"];

/** The outputs for one text: `slots` is `(tokens, classes)` row by row, the others one row. */
export interface Outputs {
  intent: Float32Array;
  slots: Float32Array;
  sentiment: Float32Array | null;
  embedding: Float32Array | null;
}

/** What the understander asks of a runtime. */
export interface TextModel {
  run(tokenIds: readonly number[]): Promise<Outputs>;
}

/** A compiled `understanding.tflite`, run by XNNPACK in WebAssembly. */
export class LiteRtTextModel implements TextModel {
  readonly lengths: readonly number[];
  readonly #compiled: CompiledModel;

  private constructor(compiled: CompiledModel) {
    this.#compiled = compiled;
    const found = Object.keys(compiled.signatures).map((key) => BUCKET_NAME.exec(key)?.[1]);
    this.lengths = found
      .filter((length) => length !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
    if (!this.lengths.length)
      throw new Error("understanding.tflite: expected signatures like tokens_16. Received none.");
    for (const length of this.lengths) {
      const details = compiled.signatures[`tokens_${length}`]!.getInputDetails();
      const names = details.map((input) => input.name).sort();
      if (names.join() !== INPUTS.join()) {
        throw new Error(
          `understanding.tflite: expected the inputs ${INPUTS.join(", ")}. Received: ${names.join(", ")}`,
        );
      }
    }
  }

  /** Loads the runtime from `wasm` (a folder of ours, with a slash at its end) and compiles the model. */
  static async open(model: Uint8Array, wasm: string): Promise<LiteRtTextModel> {
    await loadLiteRt(wasm);
    return new LiteRtTextModel(await loadAndCompile(model, { accelerator: "wasm" }));
  }

  async run(tokenIds: readonly number[]): Promise<Outputs> {
    const length = this.lengths.find((candidate) => candidate >= tokenIds.length);
    if (length === undefined) {
      throw new Error(`Expected at most ${this.lengths.at(-1)} token ids. Received: ${tokenIds.length}`);
    }
    const grid = pad(tokenIds, length);
    const inputs = {
      token_ids: new Tensor(grid.token_ids, [1, length]),
      padding_mask: new Tensor(grid.padding_mask, [1, length]),
    };
    const outputs = await this.#compiled.run(`tokens_${length}`, inputs);
    try {
      const read = async (name: string) =>
        outputs[name] ? ((await outputs[name].data()) as Float32Array).slice() : null;
      const [intent, slots, sentiment, embedding] = await Promise.all(
        ["intent", "slots", "sentiment", "embedding"].map(read),
      );
      if (!intent || !slots) throw new Error("understanding.tflite: expected the outputs intent and slots.");
      return { intent, slots, sentiment: sentiment ?? null, embedding: embedding ?? null };
    } finally {
      // LiteRT.js hands out memory of WebAssembly, which no garbage collector sees.
      for (const tensor of [...Object.values(inputs), ...Object.values(outputs)]) tensor.delete();
    }
  }
}
