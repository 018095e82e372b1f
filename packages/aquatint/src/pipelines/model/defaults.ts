import { AquatintError } from "../../errors.ts";
import { didYouMean } from "../../math/names.ts";
import { integer, isJsonObject, number, optional, readFields } from "../../util/fields.ts";
import { type GenerationDefaults, trainedGeneration } from "../../util/generation-defaults.ts";

/** A model's own choices for generation, in the names of diffusers' arguments. */
export const generationFields = {
  num_inference_steps: optional(integer({ from: 1 })),
  guidance_scale: optional(number({ from: 0 })),
};

/** The choices of a `generation_config.json`, parsed from JSON; what it does not say is as `fallback` has it. @throws AquatintError "model/generation" for a wrong one. */
export function generationDefaults(json: unknown = {}, fallback: GenerationDefaults = trainedGeneration) {
  const names = Object.keys(generationFields);
  if (!isJsonObject(json)) throw wrong("it is not a JSON object");
  const unknown = Object.keys(json).find((key) => !names.includes(key));
  if (unknown !== undefined) throw wrong(`it has an unknown key "${unknown}"`, didYouMean(unknown, names));
  const values = readFields(generationFields, json, ({ path, expected, actual }) =>
    wrong(`"${path}": expected ${expected}, got ${actual}`),
  );
  const { num_inference_steps: steps = fallback.steps, guidance_scale: guidance = fallback.guidance } = values;
  return { steps, guidance };
}

const wrong = (problem: string, hint = "it may give num_inference_steps and guidance_scale") =>
  new AquatintError("model/generation", `the model's generation_config.json: ${problem}`, { hint });
