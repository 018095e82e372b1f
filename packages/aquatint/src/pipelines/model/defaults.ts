import { AquatintError } from "../../errors.ts";
import { didYouMean } from "../../math/names.ts";
import {
  type Fields,
  field,
  integer,
  isJsonObject,
  number,
  object,
  optional,
  readFields,
  text,
} from "../../util/fields.ts";
import { type FewSteps, type GenerationDefaults, trainedGeneration } from "../../util/generation-defaults.ts";
import type { JsonObject } from "../../util/json.ts";

/** A model's own choices for generation, in the names of diffusers' arguments. */
export const generationFields = {
  num_inference_steps: optional(integer({ from: 1 })),
  guidance_scale: optional(number({ from: 0 })),
  few_steps: optional(object),
};

/** The choices for its form of few steps. */
const fewStepsFields = {
  lora: field(text, ""),
  num_inference_steps: field(integer({ from: 1 }), 4),
  guidance_scale: field(number({ from: 0 }), 1),
  scheduler: field(object, {}),
};

/** The choices of a `generation_config.json`, parsed from JSON; what it does not say is as `fallback` has it. @throws AquatintError "model/generation" for a wrong one. */
export function generationDefaults(
  json: unknown = {},
  fallback: GenerationDefaults = trainedGeneration,
): GenerationDefaults {
  if (!isJsonObject(json)) throw wrong("it is not a JSON object");
  const { few_steps: few, ...values } = read(generationFields, json);
  const { num_inference_steps: steps = fallback.steps, guidance_scale: guidance = fallback.guidance } = values;
  return { steps, guidance, ...(few && { fewSteps: fewStepsOf(few) }) };
}

function fewStepsOf(json: JsonObject): FewSteps {
  const { lora, num_inference_steps: steps, guidance_scale: guidance, scheduler } = read(fewStepsFields, json);
  if (lora === "") throw wrong('"few_steps" names no LoRA', 'give the path of its file in the folder: "lora"');
  return { lora, steps, guidance, scheduler };
}

function read<F extends Fields>(fields: F, json: JsonObject) {
  const names = Object.keys(fields);
  const unknown = Object.keys(json).find((key) => !names.includes(key));
  if (unknown !== undefined) throw wrong(`it has an unknown key "${unknown}"`, didYouMean(unknown, names));
  return readFields(fields, json, ({ path, expected, actual }) =>
    wrong(`"${path}": expected ${expected}, got ${actual}`),
  );
}

const wrong = (problem: string, hint = "it may give num_inference_steps and guidance_scale") =>
  new AquatintError("model/generation", `the model's generation_config.json: ${problem}`, { hint });
