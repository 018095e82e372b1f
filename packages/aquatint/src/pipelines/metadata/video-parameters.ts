import { itemAt } from "../../util/items.ts";
import type { TextToVideoOptions } from "../text-to-video/options.ts";
import type { TextToVideoPlan } from "../text-to-video/plan.ts";
import { generationParameters, type ParametersSource } from "./parameters.ts";
import type { GenerationParameters } from "./recipe.ts";

/** Facts about a clip that its plan lacks. */
export interface VideoParametersSource extends Omit<ParametersSource, "options"> {
  /** Options of the plan. */
  readonly options: TextToVideoOptions;
  /** Name of the motion adapter; absent where the model brings its own. */
  readonly motion?: string | undefined;
}

/** The recipe of a planned clip: that of an image, and what makes a clip of it. */
export function videoParameters(plan: TextToVideoPlan, source: VideoParametersSource): GenerationParameters {
  const { prompts, conditionings, init, controls, frames, fps, windows, frameNoise, freeInit, holdsFirst, ...rest } =
    plan;
  const { prompt: _, init: __, firstFrame, windows: ___, controls: ____, ...options } = source.options;
  const prompt = prompts.length > 1 ? prompts.map((key) => `${key.frame}: ${key.prompt}`).join(", ") : rest.prompt;
  const image = {
    ...rest,
    prompt,
    conditioning: itemAt(conditionings, 0).conditioning,
    controls: controls.map(({ images, ...control }) => ({ ...control, image: itemAt(images, 0) })),
    ...(init && { init: itemAt(init, 0) }),
  };
  return {
    ...generationParameters(image, { ...source, options: { ...options, prompt } }),
    ...{ frames, fps },
    ...(source.motion !== undefined && { motion: source.motion }),
    ...(windows && { windows: { ...windows } }),
    ...(frameNoise !== "random" && { frameNoise }),
    ...(freeInit && { freeInit: { ...freeInit } }),
    ...(holdsFirst && { firstFrame: true }),
  };
}
