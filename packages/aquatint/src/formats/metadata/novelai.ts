import { compact, isObject, numberOf, objectOf, samplerOf, seedOf, textOf, unrepeatedOf } from "./fields.ts";
import type { MetadataFormat, MetadataTexts } from "./types.ts";

const readKeys = [
  ...["prompt", "uc", "negative_prompt", "seed", "steps", "scale", "sampler", "noise_schedule", "width", "height"],
  ...["cfg_rescale", "v4_prompt", "v4_negative_prompt", "request_type", "signed_hash", "n_samples", "version"],
  ...["extra_noise_seed", "uncond_scale", "legacy", "legacy_v3_extend", "params_version"],
];

const commentOf = (texts: MetadataTexts) => {
  const comment = objectOf(texts["Comment"]) ?? objectOf(texts["UserComment"]);
  const inner = textOf(comment?.["Comment"]);
  return inner === undefined ? comment : objectOf(inner); // WebP: all texts as one object
};

/** NovelAI: a title, the prompt as `Description`, and JSON as `Comment`. Its models are not published. */
export const novelai: MetadataFormat = {
  source: "novelai",
  title: "NovelAI",
  matches: (texts) =>
    texts["Software"] === "NovelAI" ||
    /^NovelAI/.test(texts["Source"] ?? "") ||
    objectOf(texts["UserComment"])?.["Software"] === "NovelAI",
  read(texts) {
    const settings = commentOf(texts) ?? {};
    const schedule = textOf(settings["noise_schedule"]);
    return compact({
      source: "novelai",
      prompt: textOf(settings["prompt"]) ?? texts["Description"] ?? "",
      negative: textOf(settings["uc"] ?? settings["negative_prompt"]),
      ...{ seed: seedOf(settings["seed"]), steps: numberOf(settings["steps"]) },
      sampler: samplerOf(settings["sampler"], schedule === "native" ? undefined : schedule),
      guidance: numberOf(settings["scale"]),
      ...{ width: numberOf(settings["width"]), height: numberOf(settings["height"]) },
      model: textOf(texts["Source"]),
      settings,
      guidanceRescale: numberOf(settings["cfg_rescale"]) || undefined,
      unrepeated: unrepeatedOf(settings, readKeys)
        .filter((text) => !/ (0|1|0\.0|1\.0|true)$/.test(text))
        .concat(
          ["sm", "sm_dyn", "dynamic_thresholding"].filter((key) => settings[key] === true),
          isObject(settings["v4_prompt"]) && characters(settings["v4_prompt"])
            ? ["v4_prompt's character captions"]
            : [],
        ),
      notes: ["NovelAI's models and its signs {word} and [word] are its own: another image comes out"],
    });
  },
};

function characters(prompt: Readonly<Record<string, unknown>>): boolean {
  const caption = isObject(prompt["caption"]) ? prompt["caption"] : {};
  return Array.isArray(caption["char_captions"]) && caption["char_captions"].length > 0;
}
