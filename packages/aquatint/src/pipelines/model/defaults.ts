import { AquatintError } from "../../errors.ts";
import { didYouMean } from "../../math/names.ts";
import { type Fields, integer, isJsonObject, number, object, optional, readFields } from "../../util/fields.ts";
import { type GenerationDefaults, trainedGeneration } from "../../util/generation-defaults.ts";
import type { JsonObject } from "../../util/json.ts";

/** A model's own choices for generation, in the names of diffusers' arguments. */
export const generationFields = {
  num_inference_steps: optional(integer({ from: 1 })),
  guidance_scale: optional(number({ from: 0 })),
  few_steps: optional(object),
};

/** The choices of a `generation_config.json`, parsed from JSON; what it does not say is as `fallback` has it. @throws AquatintError "model/generation" for a wrong one. */
export function generationDefaults(
  json: unknown = {},
  fallback: GenerationDefaults = trainedGeneration,
): GenerationDefaults {
  if (!isJsonObject(json)) throw generationError("it is not a JSON object");
  const { few_steps: fewSteps, ...values } = readGeneration(generationFields, json);
  const { num_inference_steps: steps = fallback.steps, guidance_scale: guidance = fallback.guidance } = values;
  return { steps, guidance, fewSteps };
}

/** The values of those keys. @throws AquatintError "model/generation" for another key, or a wrong value. */
export function readGeneration<F extends Fields>(fields: F, json: JsonObject) {
  const names = Object.keys(fields);
  const unknown = Object.keys(json).find((key) => !names.includes(key));
  if (unknown !== undefined) throw generationError(`it has an unknown key "${unknown}"`, didYouMean(unknown, names));
  return readFields(fields, json, ({ path, expected, actual }) =>
    generationError(`"${path}": expected ${expected}, got ${actual}`),
  );
}

/** The error of a wrong file. */
export const generationError = (problem: string, hint = "it may give num_inference_steps and guidance_scale") =>
  new AquatintError("model/generation", `the model's generation_config.json: ${problem}`, { hint });
