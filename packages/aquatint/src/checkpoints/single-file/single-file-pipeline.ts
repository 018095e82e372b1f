import type { SafetensorsHeader } from "../../formats/safetensors/safetensors.ts";
import { type Family, familyFacts } from "../../models/families.ts";
import { type PipelineClass, pipelineKinds } from "../../models/pipeline-classes.ts";
import type { JsonObject } from "../../util/json.ts";

/** The model_index.json that a family was published with, as far as it says how the parts are used. */
export function singleFileIndex(family: Family | undefined, unet: JsonObject | undefined): JsonObject {
  const _class_name = pipelineOf(family ?? "sd1", unet);
  const index = Object.entries(pipelineKinds[_class_name].index);
  // [null, null]: a part that the pipeline might have and that is not there
  return { _class_name, ...Object.fromEntries(index.filter(([, value]) => !Array.isArray(value))) };
}

function pipelineOf(family: Family, unet: JsonObject | undefined): PipelineClass {
  const { pipeline, inpainting, consistency } = familyFacts(family);
  if (consistency && unet?.["time_cond_proj_dim"] !== undefined) return consistency;
  return Number(unet?.["in_channels"] ?? 0) > 4 ? inpainting : pipeline;
}

const predictions: Readonly<Record<string, string>> = { v: "v_prediction", epsilon: "epsilon" };

/**
 * The scheduler that a family was published with. What the network predicts is no shape: the file's metadata
 * ("modelspec.prediction_type") or its marker tensors say it, else the family.
 */
export function singleFileScheduler(
  family: Family,
  { metadata, tensors, config: { in_channels } }: SafetensorsHeader & { readonly config: JsonObject },
): JsonObject {
  const stated = predictions[metadata["modelspec.prediction_type"] ?? ""];
  const marked = tensors.has("v_pred") ? "v_prediction" : undefined;
  const zeroSnr = tensors.has("ztsnr");
  const { scheduler, prediction } = familyFacts(family);
  return {
    ...scheduler,
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: "scaled_linear",
    num_train_timesteps: 1000,
    prediction_type: stated ?? marked ?? prediction(in_channels),
    steps_offset: 1,
    timestep_spacing: zeroSnr ? "trailing" : "leading",
    ...(zeroSnr && { rescale_betas_zero_snr: true }),
  };
}
