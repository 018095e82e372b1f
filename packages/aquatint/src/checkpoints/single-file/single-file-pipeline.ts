import type { SafetensorsHeader } from "../../formats/safetensors/safetensors.ts";
import type { Family, JsonObject } from "../types.ts";

/** The model_index.json that a family was published with, as far as it says how the parts are used. */
export function singleFileIndex(family: Family | undefined, unet: JsonObject | undefined): JsonObject {
  const paints = typeof unet?.["in_channels"] === "number" && unet["in_channels"] > 4 ? "Inpaint" : "";
  if (family === "sdxl") {
    return { _class_name: `StableDiffusionXL${paints}Pipeline`, force_zeros_for_empty_prompt: true };
  }
  if (family === "sdxl-refiner") {
    const refiner = { force_zeros_for_empty_prompt: false, requires_aesthetics_score: true };
    return { _class_name: "StableDiffusionXLImg2ImgPipeline", ...refiner };
  }
  const told = unet?.["time_cond_proj_dim"] !== undefined;
  return { _class_name: told ? "LatentConsistencyModelPipeline" : `StableDiffusion${paints}Pipeline` };
}

const predictions: Readonly<Record<string, string>> = { v: "v_prediction", epsilon: "epsilon" };

/** Side of the latents that a family was trained on: SD 2.x's model of v at 768 pixels, others of SD at 512, SDXL at 1024. */
export function trainedSize(family: Family, { prediction_type }: JsonObject): number {
  if (family.startsWith("sdxl")) return 128;
  return family === "sd2" && prediction_type === "v_prediction" ? 96 : 64;
}

/**
 * The scheduler that a family was published with. What the network predicts is no shape: the file's metadata
 * ("modelspec.prediction_type") or its marker tensors say it, else SD 2.x is taken for the model of v, and epsilon for those that
 * see more than the latents.
 */
export function singleFileScheduler(
  family: Family,
  { metadata, tensors, config: { in_channels } }: SafetensorsHeader & { readonly config: JsonObject },
): JsonObject {
  const said = predictions[metadata["modelspec.prediction_type"] ?? ""];
  const marked = tensors.has("v_pred") ? "v_prediction" : undefined;
  const zeroSnr = tensors.has("ztsnr");
  return {
    _class_name: family.startsWith("sdxl") ? "EulerDiscreteScheduler" : "DDIMScheduler",
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: "scaled_linear",
    num_train_timesteps: 1000,
    prediction_type: said ?? marked ?? (family === "sd2" && in_channels === 4 ? "v_prediction" : "epsilon"),
    steps_offset: 1,
    timestep_spacing: zeroSnr ? "trailing" : "leading",
    ...(zeroSnr && { rescale_betas_zero_snr: true }),
    ...(!family.startsWith("sdxl") && { clip_sample: false, set_alpha_to_one: false }),
  };
}
