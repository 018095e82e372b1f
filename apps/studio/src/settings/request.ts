import type { Image } from "aquatint";
import type { ClipOptions, DrawOptions } from "../engine/protocol.ts";
import type { Settings } from "./settings.ts";
import { styled } from "./styles.ts";
import { stylesNamed } from "./styles-store.ts";
import { promptVariant } from "./wildcards.ts";

/** Images that an image begins with, and which of several it is. */
export interface Sources {
  readonly init?: Image | undefined;
  /** White where to paint. */
  readonly mask?: Image | undefined;
  /** Number of the image, from 0. */
  readonly index?: number;
}

const digits = (seed: string): number | bigint => {
  const value = BigInt(seed);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
};

/** Prompt and negative prompt with the styles of the settings, before a choice of wildcards. */
export const styledPrompts = ({ prompt, negative, styles }: Settings) =>
  styled({ prompt, negative }, stylesNamed(styles));

/** The library's options that images and clips share. */
function sharedOptions(settings: Settings, index: number) {
  const { seed, width, height, steps, fewSteps, guidance, promptSyntax, rng, clipSkip, guidanceRescale } = settings;
  const texts = styledPrompts(settings);
  const [prompt, negative] = [promptVariant(texts.prompt, index), promptVariant(texts.negative, index)];
  return {
    prompt,
    ...(negative !== "" && { negative }),
    seed: digits(seed),
    width: width ?? undefined,
    height: height ?? undefined,
    steps: steps ?? undefined,
    guidance: guidance ?? undefined,
    sampler: samplerText(settings),
    ...(fewSteps && { fewSteps }),
    ...{ promptSyntax, rng, clipSkip, guidanceRescale },
  };
}

/** The library's options for settings, with the first choices of the prompt's wildcards, or those of image number `index`. */
export function drawOptions(settings: Settings, { init, mask, index = 0 }: Sources = {}): DrawOptions {
  const { strength, feather, hires, hiresStrength, hiresSteps, variationStrength, variationSeed } = settings;
  return {
    ...sharedOptions(settings, index),
    ...(variationStrength > 0 && { variation: { seed: digits(variationSeed), strength: variationStrength } }),
    ...(init && { init, strength }),
    ...(init && mask && { mask, feather }),
    ...(!init &&
      hires !== null && { hires: { scale: hires, strength: hiresStrength, steps: hiresSteps ?? undefined } }),
  };
}

/** As `drawOptions`, for a clip; an image that it starts from is its first frame. */
export function clipOptions(settings: Settings, { init, index = 0 }: Omit<Sources, "mask"> = {}): ClipOptions {
  const { frames, fps } = settings;
  return { ...sharedOptions(settings, index), frames, fps, ...(init && { firstFrame: init }) };
}

/** The sampler with its spacing, as the library reads it; undefined for the model's own. */
export const samplerText = ({ sampler, spacing }: Pick<Settings, "sampler" | "spacing">): string | undefined =>
  sampler === null ? undefined : [sampler, ...(spacing === null ? [] : [spacing])].join(" ");
