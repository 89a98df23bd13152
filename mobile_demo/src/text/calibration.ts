/** How far the model's probabilities are to be believed: a temperature a head. */

import type { Outputs } from "../runtime/litert";

/** `calibration.json`, as far as this page reads it; only bundles of calibrated runs have it. */
export interface Calibration {
  heads: Record<string, { temperature: number }>;
}

/** Returns a model's outputs with each head's logits over its temperature. */
export function cooled(outputs: Outputs, calibration: Calibration): Outputs {
  const over = (name: string, values: Float32Array) => {
    const temperature = Object.hasOwn(calibration.heads, name) ? calibration.heads[name]!.temperature : 1;
    return temperature === 1 ? values : values.map((value) => value / temperature);
  };
  return {
    ...outputs,
    intent: over("intent", outputs.intent),
    slots: over("slots", outputs.slots),
    sentiment: outputs.sentiment && over("sentiment", outputs.sentiment),
  };
}
