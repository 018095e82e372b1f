import { compact, numberOf, objectOf, seedOf, textOf } from "./fields.ts";
import type { MetadataFormat } from "./types.ts";

/** Aquatint's own JSON. */
export const aquatint: MetadataFormat = {
  source: "aquatint",
  title: "Aquatint",
  matches: (texts) => texts["aquatint"] !== undefined,
  read(texts) {
    const settings = objectOf(texts["aquatint"]);
    if (!settings) return undefined;
    const number = (key: string) => (typeof settings[key] === "number" ? numberOf(settings[key]) : undefined);
    return compact({
      source: "aquatint",
      ...{ prompt: textOf(settings["prompt"]), negative: textOf(settings["negative"]), seed: seedOf(settings["seed"]) },
      ...{ steps: number("steps"), sampler: textOf(settings["sampler"]), guidance: number("guidance") },
      ...{ width: number("width"), height: number("height") },
      ...{ model: textOf(settings["model"]), modelHash: textOf(settings["modelHash"]) },
      settings,
    });
  },
};
