import { checkedFinite, checkedOutput, outputOrigin, stepAt } from "../../diffusion/finite.ts";
import { composedOutput, type GuidanceRange, guidedOutput, isGuided } from "../../diffusion/guidance.ts";
import type { EvaluationPoint, StepIndex, TimedNetwork } from "../../diffusion/process/denoiser.ts";
import { type Latent, rowsOf } from "../../diffusion/process/latent.ts";
import type { NoiseSource, SamplerStep } from "../../diffusion/samplers/loop.ts";
import { type Projection, type SchedulerSettings, scheduler } from "../../diffusion/scheduler.ts";
import type { StepCache } from "../../diffusion/step-cache/registry.ts";
import { sizeOf } from "../../graph/types.ts";
import { concatFloat32 } from "../../util/concat.ts";
import type { ControlInput } from "../network/controlnet-inputs.ts";
import type { Conditions, TextToImageNetwork } from "../network/network.ts";
import type { BatchNetwork, BatchOptions } from "./batch-network.ts";

/** Options of `cfgNetwork`: a batch, and what the network is given besides x and the time. */
export interface CfgOptions extends BatchOptions {
  /** Branches in one call: the batch without a prompt, if there is one more than weights, then with each prompt. */
  readonly cfgBatch: number;
  /** Weight of each prompt; 1 for a single prompt if absent. */
  readonly weights?: readonly number[] | undefined;
  /** Scale of guidance; 1 if absent. */
  readonly guidance?: number | undefined;
  /** Share of guidance, 0 .. 1, that is brought back to the conditional output's deviation; 0 if absent. */
  readonly guidanceRescale?: number | undefined;
  /** Noise levels at which guidance acts, each branch in a call of its own; elsewhere the scale is 1. */
  readonly guidanceRange?: GuidanceRange | undefined;
  /** Each branch is in a call of its own, which takes less memory: for clips, whose frames fill a call. */
  readonly separate?: boolean | undefined;
  /** Steps of the sampler that are left out at the start; 0 if absent. */
  readonly begin?: number | undefined;
  /** The conditions of all cfgBatch * rows images in a step of the sampler. */
  readonly conditions: (step: number) => Conditions;
  /** The inputs of the ControlNets in step i of the n steps that are run. */
  readonly controls?: ((step: StepIndex) => readonly ControlInput[]) | undefined;
}

/** Options of `denoise`: a batch of images, its sampler and what the network is given. */
export interface DenoiseOptions extends CfgOptions {
  readonly scheduler: SchedulerSettings;
  /** Steps of the sampler. */
  readonly steps: number;
  /** The initial latents [rows, c, h, w], at the level of step `begin`. */
  readonly x: Latent;
  /** Estimates some evaluations from others. */
  readonly stepCache?: StepCache | undefined;
  /** Projection that holds x while it is sampled. */
  readonly project?: Projection | undefined;
  /** Standard normals of x's size. */
  readonly noise: NoiseSource;
}

/** One evaluation of the network for a whole batch. */
export interface DenoiseStep extends SamplerStep {
  /** x as the network saw it, scaled: [rows, c, h, w]. */
  readonly input: Latent;
  /** The number by which the network knows the level. */
  readonly timestep: number;
  /** True if the network was not called: a step cache estimated its output. */
  readonly estimated: boolean;
}

/** Runs one sampler for all images of a batch; yields every evaluation and returns the last x. */
export async function* denoise(
  network: TextToImageNetwork,
  options: DenoiseOptions,
): AsyncGenerator<DenoiseStep, Latent, void> {
  const { steps, begin, rows, project, stepCache, noise, signal } = options;
  const predict = cfgNetwork(await branchesNetwork(network, options), options);
  let { x } = options;
  let call = { input: x, timestep: 0, estimated: true };
  const loop = scheduler(options.scheduler).run({
    ...{ steps, begin, x, rows, project, noise, signal },
    observe(input, timestep) {
      call = { input, timestep, estimated: true };
    },
    network(input, timestep, point) {
      call = { ...call, estimated: false };
      return predict(input, timestep, point);
    },
    cache: stepCache?.start({ rows, conditions: conditionsAt(options) }),
  });
  for await (const step of loop) {
    x = step.x;
    yield { ...step, ...call };
  }
  return x;
}

/** The conditions of the network at a point: a change of them makes earlier outputs useless for estimates. */
const conditionsAt =
  ({ conditions, controls, guidanceRange, begin = 0 }: CfgOptions) =>
  ({ i, n, level }: EvaluationPoint): readonly unknown[] => [
    conditions(i),
    isGuided(level, guidanceRange),
    ...(controls?.({ i: i - begin, n: n - begin }).map(({ scale }) => scale) ?? []),
  ];

/** All branches in one call; with a guidance range, and for clips, in a call each. */
async function branchesNetwork(network: TextToImageNetwork, options: CfgOptions): Promise<BatchNetwork> {
  const call = batchNetwork(network, options);
  if (options.guidanceRange === undefined && !options.separate) return call;
  const { separateBranches } = await import("./branches.ts");
  return separateBranches(call, options);
}

/** The network of a whole batch under classifier-free guidance. */
function cfgNetwork(call: BatchNetwork, options: CfgOptions): TimedNetwork {
  const { rows, cfgBatch, weights = [1], guidance = 1, guidanceRescale, guidanceRange } = options;
  const { begin = 0, conditions, controls } = options;
  return async (x, timestep, { level, i, n }) => {
    const step = { i: i - begin, n: n - begin };
    const point = { timestep, level, step, branches: cfgBatch };
    const outputs = await call(x, { ...point, conditions: conditions(i), controls: controls?.(step) });
    const unconditional = outputs.length > weights.length ? outputs[0] : undefined;
    const conditional = composedOutput({ unconditional, conditionals: outputs.slice(-weights.length), weights });
    if (!unconditional || !isGuided(level, guidanceRange)) return conditional;
    const output = guidedOutput(unconditional, conditional, { scale: guidance, rescale: guidanceRescale, rows });
    const where = stepAt(step.i, step.n, timestep);
    return checkedOutput(output, () => ({ cause: "guidance", what: `guidance at scale ${guidance} ${where}` }));
  };
}

/** The checked outputs of all branches, from one call. */
function batchNetwork(
  network: TextToImageNetwork,
  { rows, latentShape, inpaintingChannels, signal }: BatchOptions,
): BatchNetwork {
  const [channels = 0, ...cells] = latentShape;
  const extra = (inpaintingChannels?.length ?? 0) / (rows * sizeOf(cells));
  return async (x, { timestep, step, branches, conditions, controls }) => {
    const batch = inpaintingChannels ? concatChannels(x, inpaintingChannels, rows) : x;
    const data = concatFloat32(Array.from({ length: branches }, () => batch));
    const shape = [branches * rows, channels + extra, ...cells];
    const inputs = { dtype: "float32" as const, shape, data };
    const output = await network.predict(inputs, timestep, conditions, { signal, controls, repeated: true });
    checkedFinite(output, () => outputOrigin(stepAt(step.i, step.n, timestep), data));
    return rowsOf(output, branches);
  };
}

/** Two batches of as many images, joined along the channels. */
function concatChannels(x: Latent, other: Latent, rows: number): Latent {
  const otherRows = rowsOf(other, rows);
  return concatFloat32(rowsOf(x, rows).flatMap((row, k) => [row, otherRows[k]!]));
}
