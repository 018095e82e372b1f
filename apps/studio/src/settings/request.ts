import type { Image } from "aquatint";
import type { DrawOptions } from "../engine/protocol.ts";
import type { Settings } from "./settings.ts";
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

/** The library's options for settings, with the first choices of the prompt's wildcards, or those of image number `index`. */
export function drawOptions(settings: Settings, { init, mask, index = 0 }: Sources = {}): DrawOptions {
  const { seed, width, height, steps, guidance, strength } = settings;
  const { promptSyntax, rng, clipSkip, guidanceRescale, feather } = settings;
  const [prompt, negative] = [promptVariant(settings.prompt, index), promptVariant(settings.negative, index)];
  return {
    prompt,
    ...(negative !== "" && { negative }),
    seed: digits(seed),
    width: width ?? undefined,
    height: height ?? undefined,
    steps: steps ?? undefined,
    guidance: guidance ?? undefined,
    sampler: samplerText(settings),
    ...{ promptSyntax, rng, clipSkip, guidanceRescale },
    ...(init && { init, strength }),
    ...(init && mask && { mask, feather }),
  };
}

/** The sampler with its spacing, as the library reads it; undefined for the model's own. */
export const samplerText = ({ sampler, spacing }: Pick<Settings, "sampler" | "spacing">): string | undefined =>
  sampler === null ? undefined : [sampler, ...(spacing === null ? [] : [spacing])].join(" ");
