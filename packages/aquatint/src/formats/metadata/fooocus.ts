import { required } from "../../util/items.ts";
import { infotextOf, readInfotext } from "./a1111.ts";
import { comfyPrompts } from "./comfyui/prompts.ts";
import { compact, numberOf, objectOf, samplerOf, seedOf, sizeOf, textOf, unrepeatedOf } from "./fields.ts";
import { parseInfotext } from "./infotext.ts";
import { loraCall } from "./networks.ts";
import type { ImageMetadata, MetadataFormat, MetadataTexts, NetworkCall } from "./types.ts";

const readKeys = [
  ...["prompt", "negative_prompt", "seed", "steps", "guidance_scale", "sampler", "scheduler", "resolution", "version"],
  ...["base_model", "base_model_hash", "loras", "metadata_scheme", "created_by", "clip_skip", "full_prompt"],
  ...["full_negative_prompt"],
];
const WAYS = "Fooocus samples in ways of its own (sharpness, ADM guidance, prompt expansion): another image comes out";

/** Its JSON has no key that it alone has; the chunk beside it, or the name of its base model, tells it. */
const jsonIn = (texts: MetadataTexts) =>
  [texts["parameters"], texts["UserComment"], texts["Comment"]]
    .map(objectOf)
    .find(
      (entry) =>
        entry && (entry["metadata_scheme"] === "fooocus" || "base_model" in entry || "base_model_name" in entry),
    );

const isText = (texts: MetadataTexts): boolean =>
  texts["fooocus_scheme"] === "a1111" || /Version: "?Fooocus/i.test(infotextOf(texts) ?? "");

/** Fooocus: JSON, or the web UI's text, as its `fooocus_scheme` says. */
export const fooocus: MetadataFormat = {
  source: "fooocus",
  title: "Fooocus",
  matches: (texts) => jsonIn(texts) !== undefined || (infotextOf(texts) !== undefined && isText(texts)),
  read(texts) {
    const json = jsonIn(texts);
    if (json) return readJson(json);
    const metadata = readInfotext(parseInfotext(required(infotextOf(texts), "parameters")), {
      source: "fooocus",
      rng: "torch-cpu",
    });
    return { ...metadata, notes: [...(metadata.notes ?? []), WAYS] };
  },
};

function readJson(settings: Readonly<Record<string, unknown>>): ImageMetadata {
  const skip = numberOf(settings["clip_skip"]);
  return compact({
    source: "fooocus",
    ...comfyPrompts(textOf(settings["prompt"]) ?? "", textOf(settings["negative_prompt"]) ?? ""),
    seed: seedOf(settings["seed"]),
    steps: numberOf(settings["steps"]),
    sampler: samplerOf(settings["sampler"], settings["scheduler"]),
    guidance: numberOf(settings["guidance_scale"]),
    ...sizeOf(settings["resolution"]),
    model: textOf(settings["base_model"] ?? settings["base_model_name"]),
    modelHash: textOf(settings["base_model_hash"]),
    settings,
    clipStop: skip === undefined ? undefined : { layer: skip, rule: "comfyui" },
    schedulesOf: "ComfyUI",
    rng: "torch-cpu",
    networks: lorasOf(settings),
    unrepeated: unrepeatedOf(settings, readKeys).filter((text) => !/^lora_combined_\d+ |^vae Default/i.test(text)),
    notes: [WAYS],
  });
}

/** [name, scale, hash] each; older versions write "name : scale" under lora_combined_1 and on. */
function lorasOf(settings: Readonly<Record<string, unknown>>): readonly NetworkCall[] {
  const list = Array.isArray(settings["loras"]) ? settings["loras"] : [];
  const rows = list.flatMap((row) =>
    Array.isArray(row) && typeof row[0] === "string" ? [loraCall(row[0], numberOf(row[1]))] : [],
  );
  if (rows.length > 0) return rows;
  return Object.entries(settings).flatMap(([key, value]) => {
    const [, name, scale] =
      /^(.{1,200}?) : (-?[\d.]+)$/.exec(/^lora_combined_\d+$/.test(key) ? String(value) : "") ?? [];
    return name === undefined ? [] : [loraCall(name, numberOf(scale))];
  });
}
