import type { ModelFiles } from "../../checkpoints/files.ts";
import { readLora } from "../../checkpoints/lora/read.ts";
import { readHeader } from "../../checkpoints/read.ts";
import { loadSchedulerSettings } from "../../diffusion/diffusers/load-scheduler.ts";
import { AquatintError } from "../../errors.ts";
import { field, integer, number, object, optional, text } from "../../util/fields.ts";
import type { JsonObject } from "../../util/json.ts";
import { readGeneration } from "../model/defaults.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import { addAdapters, type OpenedAdapters } from "./add-adapters.ts";

/** Defaults with which a model takes few steps, and a LoRA that it may need for them. */
export interface FewSteps {
  /** Path of the LoRA in the model's folder; undefined for a model that needs none. */
  readonly lora: string | undefined;
  readonly steps: number;
  readonly guidance: number;
  /** Keys that replace those of the model's scheduler config. */
  readonly scheduler: JsonObject;
}

const fewStepsFields = {
  lora: optional(text),
  num_inference_steps: field(integer({ from: 1 }), 4),
  guidance_scale: field(number({ from: 0 }), 1),
  scheduler: field(object, {}),
};

/** The form for few steps in the words of `generation_config.json`. @throws AquatintError "model/generation". */
export function fewStepsOf(json: JsonObject): FewSteps {
  const { num_inference_steps: steps, guidance_scale: guidance, ...rest } = readGeneration(fewStepsFields, json);
  return { steps, guidance, ...rest };
}

/** Files of a model with a form for few steps, and the adapters beside it. */
export interface FewStepsInput {
  /** The model's own files. */
  readonly files: ModelFiles;
  readonly adapters?: OpenedAdapters | undefined;
}

/**
 * The form of a model that takes few steps, as its `generation_config.json` describes it: with other defaults, and with a LoRA
 * of its own if it names one. @throws AquatintError "model/few-steps" for a model without one, "lora/…" or "file/…" for a damaged LoRA.
 */
export async function withFewSteps(model: TextToImageModel, { files, adapters = {} }: FewStepsInput) {
  const { fewSteps } = model.generation;
  if (!fewSteps) {
    throw new AquatintError("model/few-steps", `${model.name} has no form for few steps of its own`, {
      hint: "take an LCM LoRA for it: --lora FILE --sampler LCM --steps 4 --guidance 1",
    });
  }
  const { steps, guidance, lora: path, scheduler } = fewStepsOf(fewSteps);
  const { loras = [] } = adapters;
  const ownLora = path === undefined ? undefined : await readLora(await readHeader(files, path), { name: path });
  // last, so that the scales of the caller's LoRAs keep their order
  const all = ownLora ? [...loras, { lora: ownLora, fixed: true as const }] : loras;
  const adapted = await addAdapters(model, { ...adapters, loras: all });
  const config = { ...model.configs.scheduler, ...scheduler };
  return {
    ...adapted,
    configs: { ...model.configs, scheduler: config },
    scheduler: await loadSchedulerSettings(config),
    generation: { steps, guidance },
    fewSteps: true as const,
  };
}
