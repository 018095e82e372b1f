import { AquatintError } from "../../errors.ts";
import type { PipelineComponents } from "../model/components.ts";

/**
 * Rule of clip skip: "diffusers" leaves layers out of the prompt alone; "a1111" out of both prompts, in text encoders that
 * are read at their last layer alone; "comfyui" sets the layer of every text encoder, counted from the last one.
 */
export const clipSkipRules = ["diffusers", "a1111", "comfyui"] as const;
/** A rule by its name. */
export type ClipSkipRule = (typeof clipSkipRules)[number];

/** Layers that are left out, and by which rule. */
export interface ClipSkipOptions {
  /** Layers at the text encoders' ends that are left out; 0 if absent. */
  readonly clipSkip?: number | undefined;
  /** Rule of counting them; as in diffusers if absent. */
  readonly clipSkipRule?: ClipSkipRule | undefined;
}

/** Layers left out for each prompt. @throws AquatintError "generate/clip-skip". */
export function skippedLayers(
  { clipSkip = 0, clipSkipRule = "diffusers" }: ClipSkipOptions,
  { textEncoders }: Pick<PipelineComponents, "textEncoders">,
): { readonly prompt: number; readonly negative: number } {
  const untrained = Math.max(0, ...textEncoders.map((encoder) => encoder.untrained));
  const counts: Readonly<Record<ClipSkipRule, number>> = {
    diffusers: clipSkip,
    a1111: untrained > 0 ? 0 : clipSkip,
    comfyui: Math.max(0, clipSkip - untrained),
  };
  const prompt = checked(clipSkip, counts[clipSkipRule], textEncoders);
  return { prompt, negative: clipSkipRule === "diffusers" ? 0 : prompt };
}

function checked(clipSkip: number, layers: number, textEncoders: PipelineComponents["textEncoders"]): number {
  const limit = Math.min(...textEncoders.map(({ skippable }) => skippable));
  if (Number.isInteger(clipSkip) && clipSkip >= 0 && layers <= limit) return layers;
  throw new AquatintError("generate/clip-skip", `expected from 0 to ${limit} layers to leave out, got ${clipSkip}`, {
    hint: "the web UI's clip skip 2 is 1 layer left out",
  });
}
