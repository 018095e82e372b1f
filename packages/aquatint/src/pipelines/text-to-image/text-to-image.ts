import { writtenIn } from "../../diffusion/coordinates.ts";
import { checkedRescale } from "../../diffusion/guidance.ts";
import type { Latent } from "../../diffusion/latent.ts";
import type { Level } from "../../diffusion/level.ts";
import { checkSolvable } from "../../diffusion/prediction.ts";
import { type SamplerEntry, samplers } from "../../diffusion/registry.ts";
import { type SchedulerSettings, withSampler } from "../../diffusion/scheduler.ts";
import { AquatintError } from "../../errors.ts";
import type { Picture } from "../../formats/image/image.ts";
import { fittedPlanes } from "../../formats/image/resize.ts";
import { type Seed, torchCpu } from "../../math/random.ts";
import type { GenerationDefaults } from "../../util/generation-defaults.ts";
import {
  type ConditionedModel,
  type Conditioning,
  type ConditioningOptions,
  planConditioning,
} from "../conditioning/plan.ts";
import type { TextToImageModules } from "../model/components.ts";
import { generationDefaults } from "../model/defaults.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import { walk } from "./denoise.ts";
import { type RefineOptions, refinementOptions } from "./hires-fix.ts";
import { type CanvasOptions, type CanvasPlan, canvasSize, planCanvas, planStrength } from "./img2img.ts";
import { checkedDraws, type DrawOptions, type Draws } from "./noise.ts";

/** What a caller may choose. */
export interface TextToImageOptions extends DrawOptions, ConditioningOptions, CanvasOptions, RefineOptions {
  /** Steps of the sampler, 1 .. the schedule's T; the model's own choice when absent, as for `guidance`. */
  readonly steps?: number | undefined;
  /** Scale of classifier-free guidance; up to 1 there is none. */
  readonly guidance?: number | undefined;
  /** Share of guidance, 0 .. 1, that is brought back to the conditional output's deviation; 0 if absent. */
  readonly guidanceRescale?: number | undefined;
  /** A name or alias of the sampler registry; the checkpoint's own when absent. */
  readonly sampler?: string | undefined;
  /** The same seed gives the same picture. */
  readonly seed?: Seed | undefined;
  /** In pixels; what the model was trained at when absent. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Options that have been checked against a model: nothing about them can fail later. */
export interface TextToImagePlan extends Required<ReturnType<typeof checkedDraws>>, CanvasPlan {
  readonly prompt: string;
  readonly negative: string;
  readonly guidance: number;
  readonly guidanceRescale: number;
  /** What the U-Net will be told. */
  readonly conditioning: Conditioning;
  readonly seed: Seed;
  readonly width: number;
  readonly height: number;
  /** What the U-Net denoises: [c, h, w]. */
  readonly latentShape: readonly [channels: number, height: number, width: number];
  /** The checkpoint's scheduler, or the one of the sampler that the caller chose. */
  readonly scheduler: SchedulerSettings;
  /** The name that the caller chose, schedule included, or the one of the checkpoint's sampler. */
  readonly samplerName: string;
  readonly steps: number;
  readonly levels: readonly Level[];
  /** What is done with the finished picture: it is the `init` of this plan. */
  readonly refinement?: TextToImagePlan;
}

/** One evaluation of the network: the x it was given, at which level, and the data it believed in. */
export interface EvaluationEvent {
  readonly type: "evaluation";
  /** Which of the pictures that are made together, from 0. */
  readonly picture: number;
  /** The step it belongs to, of the n that are walked. */
  readonly i: number;
  readonly n: number;
  readonly level: Level;
  /** The number the network was told. */
  readonly timestep: number;
  /** [c, h, w] */
  readonly x: Latent;
  readonly x0: Latent;
  /** Where the sampler went: the latent after this evaluation, in the scheduler's own coordinates. */
  readonly reached: Latent;
  /** True for the last evaluation of a step. */
  readonly final: boolean;
  /** Both as pictures, in the steps that the caller wants to see. */
  readonly pictures?: { readonly x: Picture; readonly x0: Picture };
  /** What x0 looks like, at the end of a step where previews were asked for; as small as it is cheap. */
  readonly preview?: Picture;
}
/** The finished picture. */
export interface ImageEvent {
  readonly type: "image";
  readonly seed: Seed;
  readonly picture: Picture;
}
/** What happens on the way from a prompt to a picture. */
export type TextToImageEvent = EvaluationEvent | ImageEvent;

/** The seed of a caller who gives none. */
export const DEFAULT_SEED = 0;
const MAX_PIXELS = 2048 * 2048;

/** What a plan reads of a model. */
interface PlannedModel extends ConditionedModel {
  readonly scheduler: SchedulerSettings;
  readonly generation?: GenerationDefaults;
}

/** Checks every option against the model before anything is loaded. @throws AquatintError that names the option. */
export function planTextToImage(model: PlannedModel, options: TextToImageOptions): TextToImagePlan {
  const plan = planWalk(model, options);
  if (!options.hires) return plan;
  const { larger, strength } = refinementOptions(options, { ...plan, multiple: model.modules.multiple });
  const refinement = planWalk(model, larger);
  return { ...plan, refinement: { ...refinement, ...planStrength({ strength }, refinement.steps) } };
}

function planWalk(model: PlannedModel, options: TextToImageOptions): TextToImagePlan {
  const { scheduler, modules, generation = generationDefaults() } = model;
  const { channels, factor } = modules;
  const { prompt, negative = "", seed = DEFAULT_SEED } = options;
  const { steps = generation.steps, guidance = generation.guidance } = options;
  const { width, height } = canvasSize(options, modules);
  if (!Number.isFinite(guidance) || guidance < 0) {
    throw new AquatintError("generate/guidance", `expected a guidance scale of 0 or more, got ${guidance}`, {
      hint: "1 switches guidance off; 2 to 8 are usual",
    });
  }
  checkSize({ width, height }, modules);
  torchCpu(seed); // refuses what is no 64-bit integer
  const chosen = options.sampler === undefined ? scheduler : withSampler(scheduler, options.sampler);
  const { levels } = chosen.path(steps);
  const { unconditional = false }: SamplerEntry = samplers[chosen.sampler];
  checkSolvable(
    chosen.target,
    levels.slice(0, -1).map((level) => writtenIn(chosen.networkCoordinates, level)),
  );
  return {
    prompt,
    negative,
    guidance,
    guidanceRescale: checkedRescale(options.guidanceRescale ?? 0),
    conditioning: planConditioning(model, options, { steps, guidance, unconditional, width, height }),
    ...checkedDraws(options),
    seed,
    width,
    height,
    latentShape: [channels, height / factor, width / factor],
    scheduler: chosen,
    samplerName: options.sampler ?? chosen.sampler,
    steps,
    levels,
    ...planCanvas(options, { modules, size: { width, height }, steps }),
  };
}

function checkSize(size: { width: number; height: number }, { multiple, sampleSize }: TextToImageModules): void {
  for (const [name, value] of Object.entries(size)) {
    if (Number.isInteger(value) && value > 0 && value % multiple === 0) continue;
    throw new AquatintError("generate/size", `the ${name} must be a multiple of ${multiple} pixels, got ${value}`, {
      hint: `this model was trained at ${sampleSize}x${sampleSize}`,
    });
  }
  if (size.width * size.height > MAX_PIXELS) {
    throw new AquatintError("generate/size", `${size.width}x${size.height} pixels are more than ${MAX_PIXELS}`, {
      hint: "give a smaller size",
    });
  }
}

/** Steps that a plan walks, those of its refinement among them. */
export const walkedSteps = ({ steps, begin, refinement }: TextToImagePlan): number =>
  steps - begin + (refinement ? walkedSteps(refinement) : 0);

/** How a plan is carried out. */
export interface TextToImageRun {
  readonly signal?: AbortSignal | undefined;
  /** Steps whose evaluations carry pictures, from 0. */
  readonly previews?: ReadonlySet<number> | undefined;
  /** A picture each, made in the same calls of the network; the plan's own seed when absent. */
  readonly seeds?: readonly Seed[] | undefined;
  /** Each picture's random numbers; those of its seed when absent. */
  readonly draws?: readonly Draws[] | undefined;
}

/** Draws noise and turns it into a picture of the prompt; yields every evaluation on the way, then the pictures. */
export async function* textToImage(
  network: TextToImageNetwork,
  plan: TextToImagePlan,
  run: TextToImageRun = {},
): AsyncGenerator<TextToImageEvent, void, void> {
  const { refinement } = plan;
  const small: Picture[] = [];
  const more = refinement ? walkedSteps(refinement) : 0;
  let before = 0;
  for await (const event of walk(network, plan, run)) {
    if (event.type === "evaluation") before = event.n;
    if (!refinement) yield event;
    else if (event.type === "image") small.push(event.picture);
    else yield { ...event, n: event.n + more };
  }
  if (!refinement) return;
  // the same as image-to-image of the picture as it would have been written
  const inits = small.map((picture) => fittedPlanes(picture, refinement).data);
  const previews = new Set(Array.from(run.previews ?? [], (i) => i - before));
  for await (const event of walk(network, refinement, { ...run, previews, inits })) {
    yield event.type === "image" ? event : { ...event, i: event.i + before, n: event.n + before };
  }
}
