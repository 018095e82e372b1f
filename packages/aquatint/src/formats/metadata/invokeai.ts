import type { JsonObject } from "../../util/json.ts";
import { compact, isObject, numberOf, objectOf, phrase, samplerOf, seedOf, textOf, unrepeatedOf } from "./fields.ts";
import { loraCall } from "./networks.ts";
import type { ImageMetadata, MetadataFormat, MetadataTexts, NetworkCall } from "./types.ts";

const COMPEL = "InvokeAI weighs words by signs such as (word)1.2 and word+, which are read here as they stand";

/** InvokeAI's three forms: `invokeai_metadata` since 3.0, `sd-metadata` since 2.0, and the command line in `Dream`. */
export const invokeai: MetadataFormat = {
  source: "invokeai",
  title: "InvokeAI",
  matches: (texts) => ["invokeai_metadata", "sd-metadata", "Dream", "dream"].some((key) => texts[key] !== undefined),
  read(texts) {
    const current = objectOf(texts["invokeai_metadata"]);
    if (current) return readCurrent(current);
    const image = objectOf(texts["sd-metadata"]);
    if (image && isObject(image["image"])) return readOld(image, image["image"]);
    return readDream(texts);
  },
};

const readKeys = [
  ...["positive_prompt", "negative_prompt", "seed", "steps", "cfg_scale", "cfg_rescale_multiplier", "scheduler"],
  ...["width", "height", "model", "app_version", "rand_device", "generation_mode", "loras", "clip_skip", "regions"],
  ...["positive_style_prompt", "negative_style_prompt", "canvas_v2_metadata", "_canvas_objects"],
];

function readCurrent(settings: JsonObject): ImageMetadata {
  const model = isObject(settings["model"]) ? settings["model"] : {};
  const prompts = [textOf(settings["positive_prompt"]) ?? "", textOf(settings["negative_prompt"]) ?? ""] as const;
  const skip = numberOf(settings["clip_skip"]) ?? 0;
  const styles = ["positive_style_prompt", "negative_style_prompt"].filter((key, i) => {
    const style = textOf(settings[key]);
    return style !== undefined && style !== "" && style !== prompts[i];
  });
  return compact({
    source: "invokeai",
    ...{ prompt: prompts[0], negative: prompts[1], seed: seedOf(settings["seed"]), steps: numberOf(settings["steps"]) },
    sampler: samplerOf(settings["scheduler"]),
    guidance: numberOf(settings["cfg_scale"]),
    ...{ width: numberOf(settings["width"]), height: numberOf(settings["height"]) },
    model: textOf(model["name"] ?? model["model_name"]),
    settings,
    guidanceRescale: numberOf(settings["cfg_rescale_multiplier"]) || undefined,
    clipStop: skip > 0 ? { layer: skip + 1, rule: "diffusers" } : undefined,
    rng: settings["rand_device"] === "cuda" ? "cuda-philox" : "torch-cpu",
    networks: lorasOf(settings["loras"]),
    unrepeated: [
      ...unrepeatedOf(settings, readKeys),
      ...styles.map((key) => phrase(key, settings[key])),
      ...(/img2img|inpaint|outpaint/.test(String(settings["generation_mode"]))
        ? [phrase("generation_mode", settings["generation_mode"])]
        : []),
    ],
    notes: compelNotes(prompts),
  });
}

const compelNotes = (prompts: readonly string[]): readonly string[] =>
  prompts.some((text) => /[\w)][+-]+(\s|,|$)|\)\d/.test(text)) ? [COMPEL] : [];

function lorasOf(list: unknown): readonly NetworkCall[] {
  return (Array.isArray(list) ? list : []).flatMap((entry) => {
    if (!isObject(entry)) return [];
    const model = isObject(entry["model"]) ? entry["model"] : isObject(entry["lora"]) ? entry["lora"] : {};
    const name = textOf(model["name"] ?? model["model_name"]);
    return name === undefined ? [] : [loraCall(name, numberOf(entry["weight"]))];
  });
}

const oldKeys = [
  "prompt",
  "seed",
  "steps",
  "cfg_scale",
  "sampler",
  "width",
  "height",
  "type",
  "postprocessing",
  "variations",
];

function readOld(metadata: JsonObject, settings: JsonObject): ImageMetadata {
  const list = settings["prompt"];
  const parts = Array.isArray(list)
    ? list.map((part) => (isObject(part) ? textOf(part["prompt"]) : textOf(part)))
    : [list];
  const text = parts.filter((part) => typeof part === "string").join(" ");
  return compact({
    source: "invokeai",
    ...bracketed(text),
    ...{ seed: seedOf(settings["seed"]), steps: numberOf(settings["steps"]), sampler: samplerOf(settings["sampler"]) },
    ...{
      guidance: numberOf(settings["cfg_scale"]),
      width: numberOf(settings["width"]),
      height: numberOf(settings["height"]),
    },
    ...{ model: textOf(metadata["model_weights"]), modelHash: textOf(metadata["model_hash"]) },
    settings,
    rng: "cuda-philox",
    unrepeated: unrepeatedOf(settings, [...oldKeys, "extra", "threshold", "perlin"]).concat(
      ["threshold", "perlin"].flatMap((key) => (numberOf(settings[key]) ? [phrase(key, settings[key])] : [])),
      ["postprocessing", "variations"].flatMap((key) =>
        (Array.isArray(settings[key]) && settings[key].length > 0) || isObject(settings[key])
          ? [phrase(key, settings[key])]
          : [],
      ),
    ),
    notes: compelNotes([text]),
  });
}

/** Before version 3 the negative prompt stands in square brackets within the prompt. */
function bracketed(text: string): Pick<ImageMetadata, "prompt" | "negative"> {
  const negative = [...text.matchAll(/\[([^[\]]{1,4000})\]/g)].map(([, inner]) => inner).join(", ");
  return { prompt: text.replace(/\s*\[[^[\]]{1,4000}\]/g, "").trim(), negative };
}

/** "a fox" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms */
function readDream(texts: MetadataTexts): ImageMetadata | undefined {
  const line = texts["Dream"] ?? texts["dream"];
  const [, quoted, flags] = /^\s*"((?:[^"\\]|\\[\s\S])*)"([\s\S]*)$/.exec(line?.slice(0, 20_000) ?? "") ?? [];
  if (quoted === undefined || flags === undefined) return undefined;
  const settings = Object.fromEntries(
    [...flags.matchAll(/-(-?[A-Za-z_]+?)(?:[= ]?)(\d[\d.e+-]*|[a-z_\d]+)?(?=\s|$)/g)].map(([, key, value]) => [
      key!,
      value ?? "",
    ]),
  );
  const at = (...keys: readonly string[]) => keys.map((key) => settings[key]).find((value) => value !== undefined);
  return compact({
    source: "invokeai",
    ...bracketed(quoted),
    ...{ seed: seedOf(at("S")), steps: numberOf(at("s")), sampler: samplerOf(at("A")), guidance: numberOf(at("C")) },
    ...{ width: numberOf(at("W")), height: numberOf(at("H")) },
    settings,
    rng: "cuda-philox",
    unrepeated: unrepeatedOf(settings, ["S", "s", "A", "C", "W", "H", "n", "b"]),
  });
}
