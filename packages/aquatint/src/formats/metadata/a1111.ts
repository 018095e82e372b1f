import type { GeneratorName } from "../../math/generators.ts";
import { required } from "../../util/items.ts";
import { compact, isObject, numberOf, objectOf, samplerOf, seedOf, sizeOf, unrepeatedOf } from "./fields.ts";
import { type Infotext, parseInfotext } from "./infotext.ts";
import { loraCall, networkCall, withoutNetworks } from "./networks.ts";
import type { ImageMetadata, MetadataFormat, MetadataSource, MetadataTexts, NetworkCall } from "./types.ts";

/** Settings that are read elsewhere, or that change no image. */
const readKeys = [
  ...["Steps", "Sampler", "Schedule type", "Scheduler", "CFG scale", "Guidance scale", "CFG Rescale", "Seed", "Size"],
  ...["Model hash", "Model", "RNG", "Clip skip", "Emphasis", "Version", "User", "Parser", "Backend", "App", "Hashes"],
  ...["Lora hashes", "TI hashes", "VAE hash", "Hypernet", "Hypernet strength", "Hypernet hash", "Civitai resources"],
  ...["Civitai metadata", "Created Date", "Time taken", "Batch size", "Batch pos", "Template", "Negative Template"],
  ...["Wildcard prompt", "Wildcard negative prompt", "File includes", "Width", "Height", "Pad conds"],
];

/** The web UI's text in a file: PNG's `parameters`; EXIF's UserComment and the like where they hold settings or a negative prompt. */
export function infotextOf(texts: MetadataTexts): string | undefined {
  const isInfotext = (text: string) => text.trim() !== "" && objectOf(text) === undefined;
  const { parameters } = texts;
  if (parameters !== undefined && isInfotext(parameters)) return parameters;
  return [texts["UserComment"], texts["Comment"], texts["ImageDescription"]].find((text) => {
    if (text === undefined || !isInfotext(text)) return false;
    return /^Negative prompt:/m.test(text) || Object.keys(parseInfotext(text).settings).length > 0;
  });
}

/** AUTOMATIC1111's web UI, Forge, SD.Next, Civitai's generator and all that write like them. */
export const a1111: MetadataFormat = {
  source: "a1111",
  title: "AUTOMATIC1111's web UI, or a program that writes like it",
  matches: (texts) => infotextOf(texts) !== undefined,
  read(texts) {
    const infotext = parseInfotext(required(infotextOf(texts), "parameters"));
    // savers of ComfyUI write this text beside the graph: the noise is ComfyUI's
    const byComfy = objectOf(texts["prompt"]) !== undefined || /comfy/i.test(infotext.settings["Version"] ?? "");
    if (!byComfy) return readInfotext(infotext, { source: "a1111" });
    return { ...readInfotext(infotext, { source: "a1111", rng: "torch-cpu" }), schedulesOf: "ComfyUI" };
  },
};

/** Rules of one program for the web UI's text format. */
export interface InfotextRules {
  readonly source: MetadataSource;
  /** The generator where the text names none. */
  readonly rng?: GeneratorName | undefined;
  /** More settings that change no image. */
  readonly neutral?: readonly string[];
}

/** The metadata of a text that is already taken apart. */
export function readInfotext({ prompt, negative, settings }: Infotext, rules: InfotextRules): ImageMetadata {
  const at = caseless(settings);
  const [positive, other] = [withoutNetworks(prompt), withoutNetworks(negative)];
  const networks = [...positive.networks, ...other.networks, ...hypernet(at), ...civitaiLoras(at, positive.networks)];
  const variation = variationOf(at);
  const rng = generatorOf(at("RNG"), rules.rng ?? "cuda-philox");
  return compact({
    source: rules.source,
    ...{ prompt: positive.prompt, negative: other.prompt, seed: seedOf(at("Seed")), steps: numberOf(at("Steps")) },
    sampler: samplerIn(at),
    guidance: numberOf(at("CFG scale") ?? at("Guidance scale")),
    ...generatedSize(at),
    model: at("Model"),
    modelHash: /^[\da-f]{4,64}$/i.test(at("Model hash") ?? "") ? at("Model hash") : undefined,
    settings,
    defaultSchedule: defaultSchedule(at),
    guidanceRescale: numberOf(at("CFG Rescale")),
    variation,
    clipStop: layerOf(at("Clip skip"), at("Version")),
    paddedChunks: /^true/i.test(at("Pad conds") ?? ""),
    rng: rng ?? "cuda-philox",
    promptSyntax: "a1111",
    emphasis: emphasisOf(at("Emphasis")),
    networks: nonEmpty(networks),
    unrepeated: nonEmpty([
      ...unrepeatedOf(settings, [...readKeys, ...(variation ? variationKeys : []), ...(rules.neutral ?? [])]).filter(
        (text) => !isDefault(text),
      ),
      ...(/^(v0|false)/i.test(at("Pad conds") ?? "") ? [`Pad conds ${at("Pad conds")}`] : []),
      ...(emphasisOf(at("Emphasis")) ? [] : [`Emphasis ${at("Emphasis")}`]),
    ]),
    notes: nonEmpty([
      ...(rng ? [] : [`its random generator ${at("RNG")} is not known here: the noise is another`]),
      ...(hasHashes(at) && networks.length === 0 ? [`made with ${hashesOf(at)}, which the prompt does not call`] : []),
      ...(at("TI hashes") ? [`embeddings were used, which must be given again: ${at("TI hashes")}`] : []),
    ]),
  });
}

const variationKeys = ["Variation seed", "Variation seed strength"];

/** The seed whose noise was mixed in; a part of it alone says nothing. */
function variationOf(at: At): ImageMetadata["variation"] {
  const seed = seedOf(at("Variation seed"));
  const strength = numberOf(at("Variation seed strength"));
  if (seed === undefined || strength === undefined || !(strength > 0 && strength <= 1)) return undefined;
  return typeof seed === "string" || seed >= 0 ? { seed, strength } : undefined;
}

/** Sampler and schedule; Krita's plugin writes "its own name (sampler / schedule)" with ComfyUI's names. */
function samplerIn(at: At): string | undefined {
  const [, name, schedule] = /\((\w{1,40}) \/ (\w{1,40})\)$/.exec(at("Sampler") ?? "") ?? [];
  return name ? samplerOf(name, schedule) : samplerOf(at("Sampler"), at("Schedule type") ?? at("Scheduler"));
}

/** SD.Next's is the model's own. */
function defaultSchedule(at: At): ImageMetadata["defaultSchedule"] {
  if (/sd\.?next/i.test(at("App") ?? "")) return undefined;
  return hasAutomatic(at("Version")) ? "Automatic" : "Normal";
}

const nonEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);

type At = (key: string) => string | undefined;

/** A setting by its name, case aside: programs differ in it. */
function caseless(settings: Readonly<Record<string, string>>): At {
  const lower = new Map(Object.entries(settings).map(([key, value]) => [key.toLowerCase(), value]));
  return (key) => lower.get(key.toLowerCase());
}

/** Version 1.9 of the web UI and Forge 2 have a schedule of their own for each sampler; older ones say all in its name. */
function hasAutomatic(version = ""): boolean {
  const [, major = "0", minor = "0"] = /^(?:f[\d.]+)?-?v(\d+)\.(\d+)/.exec(version) ?? [];
  return /^(f2|neo|reforge|classic)/i.test(version) || Number(major) > 1 || Number(minor) >= 9;
}

/** Forge reads the layer in every family, the web UI in Stable Diffusion 1.x alone. */
function layerOf(skip: string | undefined, version = ""): ImageMetadata["clipStop"] {
  const layer = numberOf(skip);
  if (layer === undefined || layer < 2) return undefined;
  return { layer, rule: /^(f\d|neo|classic)|comfy/i.test(version) ? "comfyui" : "a1111" };
}

function generatorOf(name: string | undefined, absent: GeneratorName): GeneratorName | undefined {
  const word = name?.toLowerCase();
  if (word === undefined) return absent;
  if (word === "cpu") return "torch-cpu";
  return ["gpu", "nv", "cuda"].includes(word) ? "cuda-philox" : undefined;
}

const emphasisModes = ["Original", "No norm", "Ignore", "None"] as const;
const emphasisOf = (name = "Original"): ImageMetadata["emphasis"] =>
  emphasisModes.find((mode) => mode.toLowerCase() === name.toLowerCase());

/** "First pass size" is what was generated before version 1 of the web UI's hires fix enlarged it. */
function generatedSize(at: At) {
  const first = sizeOf(at("First pass size"));
  if (first.width !== undefined) return first;
  const [width, height] = [numberOf(at("Width")), numberOf(at("Height"))];
  return at("Size") === undefined && width && height ? { width, height } : sizeOf(at("Size"));
}

/** Settings at the value where they do nothing. */
const isDefault = (text: string): boolean =>
  /^(Schedule (max sigma|min sigma|rho) 0(\.0*)?|VAE Automatic|ENSD 0|FP8 weight Disable|VAE (En|De)coder Full|Diffusion in Low Bits Automatic)$/i.test(
    text,
  );

const hypernet = (at: At): readonly NetworkCall[] => {
  const name = at("Hypernet");
  return name === undefined || /^none$/i.test(name)
    ? []
    : [networkCall("hypernet", `${name}:${at("Hypernet strength") ?? 1}`)];
};

/** LoRAs that Civitai lists as resources, where the prompt does not call them. */
function civitaiLoras(at: At, called: readonly NetworkCall[]): readonly NetworkCall[] {
  const list = objectOf(`{"value":${at("Civitai resources") ?? "[]"}}`)?.["value"];
  if (!Array.isArray(list) || called.length > 0) return [];
  return list.flatMap((entry) => {
    if (!isObject(entry) || /^(checkpoint|vae|upscaler|)$/i.test(String(entry["type"] ?? ""))) return [];
    const label = [entry["modelName"], entry["modelVersionName"]].filter((word) => typeof word === "string").join(" ");
    const name = label || `model version ${String(entry["modelVersionId"])}`;
    return [{ ...loraCall(name, numberOf(entry["weight"]) ?? 1), kind: String(entry["type"]).toLowerCase() }];
  });
}

const hasHashes = (at: At): boolean => at("Lora hashes") !== undefined;
const hashesOf = (at: At): string => `LoRAs (${at("Lora hashes")})`;
