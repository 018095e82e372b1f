import { compact, seedOf } from "./fields.ts";
import type { MetadataFormat, MetadataTexts } from "./types.ts";

const textIn = (texts: MetadataTexts): string =>
  (texts["Description"] ?? texts["ImageDescription"] ?? "").slice(0, 20_000);

/** Midjourney: the prompt with its flags as `Description`, and the job's id. */
export const midjourney: MetadataFormat = {
  source: "midjourney",
  title: "Midjourney",
  matches: (texts) => /\bJob ID: [\da-f-]{36}/.test(textIn(texts)),
  read(texts) {
    const [command = ""] = textIn(texts).split(/\s*\bJob ID:/);
    const [prompt = "", ...flags] = command.split(/\s--(?=[a-z])/);
    const settings = Object.fromEntries(
      flags.map((flag) => {
        const [key = "", ...value] = flag.trim().split(/\s+/);
        return [key, value.join(" ")];
      }),
    );
    return compact({
      source: "midjourney",
      ...{ prompt: prompt.trim(), negative: settings["no"], seed: seedOf(settings["seed"]), settings },
      unrepeated: Object.entries(settings).flatMap(([key, value]) =>
        key === "no" || key === "seed" ? [] : [`--${key} ${value}`.trim()],
      ),
      notes: ["Midjourney's models are not published: only the prompt is repeated"],
    });
  },
};
