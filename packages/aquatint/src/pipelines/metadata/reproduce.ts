import { otherMethod } from "../../diffusion/program-names.ts";
import { automaticSchedule, samplerNamed, scheduleWord } from "../../diffusion/registry.ts";
import type { SpacingName } from "../../diffusion/spacing/spacings.ts";
import type { ImageMetadata, NetworkCall } from "../../formats/metadata/index.ts";
import { generatorNamed } from "../../math/generators.ts";
import { itemAt } from "../../util/items.ts";
import { noiseKindNamed } from "../text-to-image/noise.ts";
import type { TextToImageOptions } from "../text-to-image/options.ts";
import type { TextToVideoOptions } from "../text-to-video/options.ts";
import { emphasisNames } from "./parameters.ts";
import { parameterKeys, parseParameters } from "./recipe.ts";

/** Settings that a clip has besides an image's. Prompts that change over frames are one text, as `promptKeys` reads it. */
export type ClipRequest = Pick<TextToVideoOptions, "frames" | "fps" | "windows" | "frameNoise" | "freeInit">;

/** Request that makes an image again, as far as its file says it. */
export interface GenerationRequest {
  readonly options: TextToImageOptions;
  /** Settings of the clip, where the file is one. */
  readonly clip?: ClipRequest | undefined;
  /** Name of its model, and the SHA-256 of its weights or its first digits. */
  readonly model: string | undefined;
  readonly modelHash: string | undefined;
  /** True if the model's own form of few steps made it. */
  readonly fewSteps?: boolean | undefined;
  /** True if prompts of fewer chunks were padded, as they are here; unknown when absent. */
  readonly paddedChunks?: boolean | undefined;
  /** Differences from the original, in words. */
  readonly notes: readonly string[];
}

/** Source of metadata, and the options that accompany them. */
export interface MetadataContext {
  /** The file's name, for messages. */
  readonly name: string;
  /** The LoRAs that are given again. */
  readonly loras?: readonly { readonly file: string; readonly scale?: number | undefined }[];
}

/**
 * The options of an image's metadata: Aquatint's own exactly, other programs' as far as they can be said here.
 * @throws AquatintError "image/recipe" for a damaged recipe of Aquatint's.
 */
export const fromMetadata = (metadata: ImageMetadata, { name, loras = [] }: MetadataContext): GenerationRequest =>
  metadata.source === "aquatint" ? fromAquatint(metadata, name) : fromProgram(metadata, loras);

function fromAquatint({ settings }: ImageMetadata, name: string): GenerationRequest {
  const recipe = parseParameters(settings, { name });
  const { model, modelHash, rng, noise, seed, needs = [], version: _, motion, firstFrame, ...clipped } = recipe;
  const { frames, fps, windows, frameNoise, freeInit, variation, fewSteps, ...parameters } = clipped;
  const missing = [...needs, ...(firstFrame ? ["first frame"] : []), ...(motion ? [`motion adapter ${motion}`] : [])];
  const later = Object.keys(settings).filter((key) => !parameterKeys.includes(key));
  return {
    options: {
      ...Object.fromEntries(Object.entries(parameters).filter(([key]) => parameterKeys.includes(key))),
      prompt: parameters.prompt,
      seed: exactSeed(seed),
      ...(variation && { variation: { ...variation, seed: exactSeed(variation.seed) } }),
      rng: generatorNamed(rng),
      ...(noise !== undefined && { noise: noiseKindNamed(noise) }),
    },
    ...(frames !== undefined && { clip: { frames, fps, windows, frameNoise, freeInit } }),
    model,
    modelHash,
    fewSteps,
    notes: [
      ...(missing.length > 0 ? [`give again what its file does not hold: ${listed(missing)}`] : []),
      ...(later.length > 0 ? [`not known to this version: ${listed(later)}`] : []),
    ],
  };
}

const exactSeed = (seed: number | string) => (typeof seed === "string" ? BigInt(seed) : seed);

function fromProgram(metadata: ImageMetadata, loras: NonNullable<MetadataContext["loras"]>): GenerationRequest {
  const { guidanceRescale, clipStop, rng, promptSyntax, emphasis, variation, model, modelHash } = metadata;
  const sampler = knownSampler(metadata);
  const layers = (clipStop?.layer ?? 1) - 1;
  return {
    options: {
      ...repeated(metadata),
      ...(sampler.name !== undefined && { sampler: sampler.name }),
      ...(rng !== undefined && { rng }),
      ...(variation && { variation: { ...variation, seed: exactSeed(variation.seed) } }),
      ...(promptSyntax !== undefined && { promptSyntax }),
      ...(emphasis !== undefined && emphasis !== "Original" && { emphasis: emphasisMode(emphasis) }),
      ...(clipStop && layers > 0 && { clipSkip: layers, clipSkipRule: clipStop.rule }),
      ...(guidanceRescale !== undefined && guidanceRescale > 0 && { guidanceRescale }),
    },
    model,
    modelHash,
    paddedChunks: metadata.paddedChunks,
    notes: [
      ...sampler.notes,
      ...absent(metadata),
      ...networkNotes(metadata.networks ?? [], loras),
      ...unrepeated(metadata),
      ...(metadata.notes ?? []),
    ],
  };
}

const emphasisMode = (name: string) =>
  (Object.keys(emphasisNames) as (keyof typeof emphasisNames)[]).find((mode) => emphasisNames[mode] === name);

/** The fields that every program has; a seed below 0 stands for a new one. */
function repeated({ prompt = "", negative, seed, steps, guidance, width, height }: ImageMetadata) {
  const normalSeed = seed !== undefined && (typeof seed === "string" || seed >= 0) ? exactSeed(seed) : undefined;
  return {
    ...{ prompt, negative, seed: normalSeed, steps, guidance },
    ...(width !== undefined && height !== undefined && { width, height }),
  };
}

/** Fields that the file lacks, so that the model's own or a new one stands in for it. */
function absent({ prompt, seed, steps, sampler, guidance, width, height }: ImageMetadata): readonly string[] {
  const standIns = {
    prompt: prompt === undefined && "an empty prompt is used",
    seed: seed === undefined && "a new one is drawn",
    steps: steps === undefined && "the model's own number is used",
    sampler: sampler === undefined && "the model's own is used",
    guidance: guidance === undefined && "the model's own is used",
    size: (width === undefined || height === undefined) && "the model's own is used",
  };
  return [
    ...Object.entries(standIns).flatMap(([what, instead]) =>
      instead ? [`its file names no ${what}: ${instead}`] : [],
    ),
    ...(typeof seed === "number" && seed < 0 ? [`its seed is ${seed}, which means a new one: one is drawn`] : []),
  ];
}

const unrepeated = ({ unrepeated: list = [] }: ImageMetadata): readonly string[] =>
  list.length > 0 ? [`not repeated: ${listed(list)}`] : [];

/** LoRAs that are not given again, and those that are given with another scale. */
function networkNotes(
  networks: readonly NetworkCall[],
  loras: NonNullable<MetadataContext["loras"]>,
): readonly string[] {
  const scales = new Map(loras.map(({ file, scale = 1 }) => [stem(file), scale]));
  const missing = networks.filter(({ name }) => !scales.has(stem(name)));
  const again = networks.filter(({ name }) => scales.has(stem(name)));
  const scaled = networks.flatMap(({ name, scale }) => {
    const current = scales.get(stem(name));
    return current === undefined || current === scale || scale === undefined
      ? []
      : [`${name} counted ${scale} in its file, ${current} here`];
  });
  const kinds = missing.every(({ kind }) => /^ly?co|^lora/.test(kind)) ? "LoRA" : "network";
  const words = listed(missing.map(({ kind, text }) => (kinds === "LoRA" ? text : `${kind}:${text}`)));
  return [
    ...(missing.length > 0
      ? [
          `not repeated: the ${kinds}${missing.length > 1 ? "s" : ""} ${words}; a LoRA is given again with --lora FILE:SCALE`,
        ]
      : []),
    ...(again.length > 0 ? [`given again with --lora: ${listed(again.map(({ name }) => name))}`] : []),
    ...scaled,
  ];
}

/** A file's name without folders and ending, case aside. */
const stem = (path: string): string =>
  itemAt(path.split(/[\\/]/), -1)
    .replace(/\.(safetensors|sft|ckpt|pt)$/i, "")
    .toLowerCase();

interface KnownSampler {
  readonly name: string | undefined;
  readonly notes: readonly string[];
}

/** The sampler under a name that is known here. "Automatic" and no schedule at all are what the program means by them. */
function knownSampler({ sampler, defaultSchedule, schedulesOf }: ImageMetadata): KnownSampler {
  if (sampler === undefined) return { name: undefined, notes: [] };
  const automatic = /\s+automatic$/i.test(sampler);
  const name = sampler.replace(/\s+automatic$/i, "");
  const qualified = `${name} ${schedulesOf}`;
  const nearest = nearestKnown(schedulesOf !== undefined && isKnown(qualified) ? qualified : name);
  if (nearest.name === undefined) return nearest;
  const schedule = scheduleOf(nearest.name, automatic ? "Automatic" : defaultSchedule);
  const gpu = /_gpu\b/i.test(name)
    ? [`"${name}" drew its noise on the way on the GPU: here it is drawn as the start is`]
    : [];
  const tables = /align your steps$/i.test(nearest.name)
    ? [`the web UI has another table for XL models: for one of those give --sampler "${nearest.name} XL"`]
    : [];
  return { name: [nearest.name, ...(schedule ?? [])].join(" "), notes: [...nearest.notes, ...gpu, ...tables] };
}

function scheduleOf(name: string, rule: ImageMetadata["defaultSchedule"]): readonly string[] | undefined {
  if (rule === undefined || samplerNamed(name).spacing !== undefined) return undefined;
  const schedule = automaticSchedule(name);
  if (schedule === undefined) return undefined;
  return [rule === "Normal" && followsSchedules(schedule) ? rule : scheduleWord(schedule)];
}

/** The web UI's DDIM, PLMS and UniPC lay their steps in their own way, whatever schedule is named. */
const followsSchedules = (automatic: SpacingName): boolean => !["ddim_uniform", "sgm_uniform"].includes(automatic);

/** The name, or as many of its first words as are a sampler: the rest is a schedule that is not here. */
function nearestKnown(name: string): KnownSampler {
  if (isKnown(name)) return { name, notes: [] };
  const words = name.split(/\s+/);
  // before a shorter name: "Euler Dy" is no Euler on a schedule "Dy"
  const method = words.map((_, i) => otherMethod(words.slice(0, i + 1).join(" "))).find(Boolean);
  for (let count = method === undefined ? words.length - 1 : 0; count > 0; count--) {
    const base = words.slice(0, count).join(" ");
    const rest = words.slice(count).join(" ");
    if (isKnown(base) && samplerNamed(base).schedule === undefined) {
      return { name: base, notes: [`the schedule "${rest}" is not known here: the usual one of ${base} is used`] };
    }
  }
  const what = method === undefined ? "" : ` (it is ${method})`;
  return { name: undefined, notes: [`the sampler "${name}" is not known here${what}: the model's own is used`] };
}

function isKnown(name: string): boolean {
  try {
    samplerNamed(name);
    return true;
  } catch {
    return false;
  }
}

/** Words of a line that a person reads; a file may hold megabytes of them. */
const MAX_WORDS = 100;

function listed(words: readonly string[]): string {
  const excerpt = words.slice(0, MAX_WORDS).map((word) => (word.length > 80 ? `${word.slice(0, 77)}...` : word));
  return [...excerpt, ...(words.length > MAX_WORDS ? [`${words.length - MAX_WORDS} more`] : [])].join(", ");
}
