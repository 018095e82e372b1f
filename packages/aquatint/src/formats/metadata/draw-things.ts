import { required } from "../../util/items.ts";
import { compact, isObject, numberOf, objectOf, samplerOf, seedOf, sizeOf, textOf, unrepeatedOf } from "./fields.ts";
import { loraCall } from "./networks.ts";
import type { MetadataFormat, MetadataTexts, NetworkCall } from "./types.ts";
import { XMP_KEYWORD } from "./xmp.ts";

const readKeys = [
  "c",
  "uc",
  "steps",
  "scale",
  "seed",
  "size",
  "sampler",
  "model",
  "lora",
  "v2",
  "profile",
  "seed_mode",
];

/** The JSON that stands as exif:UserComment in XMP, or as EXIF's UserComment. */
function jsonIn(texts: MetadataTexts) {
  const xmp = (texts[XMP_KEYWORD] ?? "").slice(0, 1_000_000);
  const at = xmp.indexOf("<exif:UserComment");
  const [, inner] = /<rdf:li[^>]*>([^<]*)</.exec(at < 0 ? "" : xmp.slice(at)) ?? [];
  const json = objectOf(inner === undefined ? texts["UserComment"] : unescaped(inner));
  return json && typeof json["c"] === "string" ? json : undefined;
}

const entities: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&" };
const unescaped = (text: string): string =>
  text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (all, hex, decimal, word) => {
    if (word !== undefined) return entities[word] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });

/** Draw Things (macOS, iOS): JSON inside XMP. */
export const drawThings: MetadataFormat = {
  source: "draw-things",
  title: "Draw Things",
  matches: (texts) => jsonIn(texts) !== undefined,
  read(texts) {
    const settings = required(jsonIn(texts), "UserComment");
    const deep = isObject(settings["v2"]) ? settings["v2"] : {};
    return compact({
      source: "draw-things",
      ...{ prompt: textOf(settings["c"]), negative: textOf(settings["uc"]), seed: seedOf(settings["seed"]) },
      ...{ steps: numberOf(settings["steps"]), sampler: samplerOf(settings["sampler"]) },
      ...{ guidance: numberOf(settings["scale"]), ...sizeOf(settings["size"]), model: textOf(settings["model"]) },
      settings,
      promptSyntax: "a1111",
      networks: lorasOf(settings["lora"] ?? deep["loras"]),
      unrepeated: unrepeatedOf(settings, readKeys).filter((text) => text !== "strength 1"),
      notes: ["Draw Things draws its noise in a way of its own: the same seed gives another image"],
    });
  },
};

const lorasOf = (list: unknown): readonly NetworkCall[] =>
  (Array.isArray(list) ? list : []).flatMap((entry) => {
    const name = isObject(entry) ? textOf(entry["model"] ?? entry["file"]) : undefined;
    return name === undefined || !isObject(entry) ? [] : [loraCall(name, numberOf(entry["weight"]))];
  });
