import { checkedRescale, type GuidanceRange } from "../../diffusion/guidance.ts";
import { toCoordinates } from "../../diffusion/process/coordinates.ts";
import type { Level } from "../../diffusion/process/level.ts";
import { checkSolvable } from "../../diffusion/process/prediction.ts";
import type { SamplerEntry } from "../../diffusion/samplers/define-sampler.ts";
import { checkWalk, type SchedulerSettings } from "../../diffusion/scheduler.ts";
import type { StepCache, StepCacheChoice } from "../../diffusion/step-cache/registry.ts";
import { AquatintError } from "../../errors.ts";
import { type Seed, torchCpu } from "../../math/random.ts";
import type { GenerationDefaults } from "../../util/generation-defaults.ts";
import { type ConditionedModel, type Conditioning, planConditioning } from "../conditioning/plan.ts";
import type { PipelineComponents } from "../model/components.ts";
import { generationDefaults } from "../model/defaults.ts";
import { type ImageInputs, type ImageInputsContext, type Img2ImgOptions, imageSize } from "./img2img.ts";
import { checkedNoise } from "./noise.ts";
import { DEFAULT_SEED, type TextToImageOptions } from "./options.ts";
import type { Variation } from "./variation.ts";

/** Options that have been checked against a model: nothing about them can fail later. */
export interface TextToImagePlan extends Required<ReturnType<typeof checkedNoise>>, ImageInputs {
  readonly prompt: string;
  readonly negative: string;
  readonly guidance: number;
  readonly guidanceRescale: number;
  /** Noise levels at which guidance acts; all if absent. */
  readonly guidanceRange: GuidanceRange | undefined;
  /** Estimates some evaluations from others. */
  readonly stepCache: StepCache | undefined;
  /** Conditioning of the U-Net. */
  readonly conditioning: Conditioning;
  readonly seed: Seed;
  /** Noise of another seed that is mixed into the start. */
  readonly variation?: Variation | undefined;
  readonly width: number;
  readonly height: number;
  /** Shape of what the U-Net denoises: [c, h, w]. */
  readonly latentShape: readonly [channels: number, height: number, width: number];
  /** The checkpoint's scheduler, or the one of the sampler that the caller chose. */
  readonly scheduler: SchedulerSettings;
  /** The name that the caller chose, schedule included, or the one of the checkpoint's sampler. */
  readonly samplerName: string;
  readonly steps: number;
  readonly levels: readonly Level[];
  /** Plan of a second pass over the finished image, which is the `init` of this plan. */
  readonly hiresFix?: TextToImagePlan;
}

const MAX_PIXELS = 2048 * 2048;

/** The part of a model that a plan reads. */
export interface PlannedModel extends ConditionedModel {
  readonly scheduler: SchedulerSettings;
  readonly generation?: GenerationDefaults;
}

/** Checks every option against the model before its weights are loaded. @throws AquatintError that names the option. */
export async function planTextToImage(model: PlannedModel, options: TextToImageOptions): Promise<TextToImagePlan> {
  const plan = await planSinglePass(model, options);
  if (!options.hires) return plan;
  const [{ hiresFixOptions }, { planStrength }] = await Promise.all([
    import("./hires-fix.ts"),
    import("./planned-inputs.ts"),
  ]);
  const { larger, strength } = hiresFixOptions(options, { ...plan, multiple: model.modules.multiple });
  const hiresFix = await planSinglePass(model, larger);
  return { ...plan, hiresFix: { ...hiresFix, ...planStrength({ strength }, hiresFix.steps) } };
}

async function planSinglePass(model: PlannedModel, options: TextToImageOptions): Promise<TextToImagePlan> {
  const { scheduler, modules, generation = generationDefaults() } = model;
  const { channels, factor } = modules;
  const { prompt, negative = "", seed = DEFAULT_SEED } = options;
  const { steps = generation.steps, guidance = generation.guidance } = options;
  const { width, height } = imageSize(options, modules);
  if (!Number.isFinite(guidance) || guidance < 0) {
    throw new AquatintError("generate/guidance", `expected a guidance scale of 0 or more, got ${guidance}`, {
      hint: "1 switches guidance off; 2 to 8 are usual",
    });
  }
  checkSize({ width, height }, modules);
  torchCpu(seed); // refuses what is no 64-bit integer
  const sampling = await samplingOf(scheduler, options);
  checkWalk(sampling, { steps, learnsVariance: false }); // a text-to-image U-Net gives as many channels as it denoises
  const { levels } = sampling.path(steps);
  const { unconditional = false } = sampling.sampler;
  checkSolvable(
    sampling.target,
    levels.slice(0, -1).map((level) => toCoordinates(sampling.networkCoordinates, level)),
  );
  const conditioning = await planConditioning(model, options, { steps, guidance, unconditional, width, height });
  return {
    prompt,
    negative,
    guidance,
    conditioning,
    ...(await planEvaluations(options, { levels, conditioning, sampler: sampling.sampler })),
    ...(await planNoise(options)),
    seed,
    width,
    height,
    latentShape: [channels, height / factor, width / factor],
    scheduler: sampling,
    samplerName: options.sampler ?? sampling.sampler.name,
    steps,
    levels,
    ...(await planImageInputs(options, { modules, size: { width, height }, steps })),
  };
}

/** Checks canvas options against a model, a size and the sampler's steps; the code for them is loaded where there are some. @throws AquatintError "generate/…". */
async function planImageInputs(options: Img2ImgOptions, context: ImageInputsContext): Promise<ImageInputs> {
  const { init, mask, strength, controls = [] } = options;
  const { modules } = context;
  const hasInputs = init !== undefined || mask !== undefined || strength !== undefined;
  if (hasInputs || controls.length > 0 || modules.controls.length > 0 || modules.isInpainting) {
    return (await import("./planned-inputs.ts")).plannedInputs(options, context);
  }
  return { begin: 0, strength: 1, isInpainting: false, controls: [] };
}

interface PlannedTrajectory extends Pick<TextToImagePlan, "levels" | "conditioning"> {
  readonly sampler: SamplerEntry;
}

/** The options that say where and how often the network is evaluated, checked; the code of each is loaded for it. */
async function planEvaluations(options: TextToImageOptions, { levels, conditioning, sampler }: PlannedTrajectory) {
  return {
    guidanceRescale: checkedRescale(options.guidanceRescale ?? 0),
    guidanceRange: options.guidanceRange && (await planRange(options.guidanceRange, { levels, conditioning, sampler })),
    stepCache: options.stepCache && (await planStepCache(options.stepCache, sampler)),
  };
}

async function planRange(
  range: GuidanceRange,
  { levels, conditioning, sampler }: PlannedTrajectory,
): Promise<GuidanceRange> {
  const { checkedGuidanceRange } = await import("../../diffusion/guidance-range.ts");
  return checkedGuidanceRange(range, {
    levels,
    cfg: conditioning.cfgBatch > conditioning.weights.length,
    unconditionalSampler: sampler.unconditional ? sampler.name : undefined,
  });
}

/** The generator and the kinds of noise, with the variation of the start where there is one. */
async function planNoise(options: TextToImageOptions) {
  const noise = checkedNoise(options);
  if (!options.variation) return noise;
  const { checkedVariation } = await import("./variation.ts");
  return { ...noise, variation: checkedVariation(options.variation) };
}

async function planStepCache(choice: StepCacheChoice, sampler: SamplerEntry): Promise<StepCache> {
  const { checkStepCache, stepCacheOf } = await import("../../diffusion/step-cache/registry.ts");
  const stepCache = stepCacheOf(choice);
  checkStepCache(stepCache, { sampler, rows: 1 });
  return stepCache;
}

/** The model's scheduler, or another sampler, whose code is loaded for it. */
async function samplingOf(scheduler: SchedulerSettings, { sampler }: TextToImageOptions): Promise<SchedulerSettings> {
  if (sampler === undefined) return scheduler;
  const { withSampler } = await import("../../diffusion/with-sampler.ts");
  return withSampler(scheduler, sampler);
}

function checkSize(size: { width: number; height: number }, { multiple, sampleSize }: PipelineComponents): void {
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
export const stepCount = ({ steps, begin, hiresFix }: TextToImagePlan): number =>
  steps - begin + (hiresFix ? stepCount(hiresFix) : 0);
