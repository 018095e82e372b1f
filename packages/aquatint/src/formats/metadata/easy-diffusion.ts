import { required } from "../../util/items.ts";
import type { JsonObject } from "../../util/json.ts";
import { compact, numberOf, objectOf, samplerOf, seedOf, textOf, unrepeatedOf } from "./fields.ts";
import { loraCall } from "./networks.ts";
import type { MetadataFormat, MetadataTexts, NetworkCall } from "./types.ts";

const readKeys = [
  ...["prompt", "negative_prompt", "seed", "num_inference_steps", "guidance_scale", "sampler_name", "width", "height"],
  ...["use_stable_diffusion_model", "use_lora_model", "lora_alpha", "stable_diffusion_model", "output_format"],
  ...["output_quality", "clip_skip", "Software"],
];

const settingsIn = (texts: MetadataTexts): JsonObject | undefined => {
  if (texts["num_inference_steps"] !== undefined && texts["prompt"] !== undefined) return texts;
  const json = objectOf(texts["UserComment"]) ?? objectOf(texts["parameters"]);
  return json?.["num_inference_steps"] !== undefined ? json : undefined;
};

/** Easy Diffusion: a PNG text for each setting, or JSON in UserComment. */
export const easyDiffusion: MetadataFormat = {
  source: "easy-diffusion",
  title: "Easy Diffusion",
  matches: (texts) => settingsIn(texts) !== undefined,
  read(texts) {
    const settings = required(settingsIn(texts), "num_inference_steps");
    const skips = /^true$/i.test(String(settings["clip_skip"] ?? ""));
    return compact({
      source: "easy-diffusion",
      ...{ prompt: textOf(settings["prompt"]), negative: textOf(settings["negative_prompt"]) },
      ...{ seed: seedOf(settings["seed"]), steps: numberOf(settings["num_inference_steps"]) },
      ...{ sampler: samplerOf(settings["sampler_name"]), guidance: numberOf(settings["guidance_scale"]) },
      ...{ width: numberOf(settings["width"]), height: numberOf(settings["height"]) },
      model: modelName(settings["use_stable_diffusion_model"] ?? settings["stable_diffusion_model"]),
      settings,
      clipStop: skips ? { layer: 2, rule: "a1111" } : undefined,
      networks: lorasOf(settings),
      unrepeated: unrepeatedOf(settings, readKeys),
    });
  },
};

const modelName = (path: unknown): string | undefined =>
  textOf(path)
    ?.split(/[\\/]/)
    .at(-1)
    ?.replace(/\.(safetensors|ckpt)$/i, "");

function lorasOf({ use_lora_model: names, lora_alpha: scales }: JsonObject): readonly NetworkCall[] {
  const list = (value: unknown) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
  return list(names).flatMap((entry, i) => {
    const name = modelName(entry);
    return name === undefined || name === "" || name === "None" ? [] : [loraCall(name, numberOf(list(scales)[i]))];
  });
}
