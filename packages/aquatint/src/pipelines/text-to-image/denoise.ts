import { checkedFinite, checkedOutput, outputOrigin, stepAt } from "../../diffusion/finite.ts";
import { guidedOutput } from "../../diffusion/guidance.ts";
import { type GuidanceRange, isGuided } from "../../diffusion/guidance-range.ts";
import type { EvaluationPoint, StepIndex, TimedNetwork } from "../../diffusion/process/denoiser.ts";
import { type Latent, rowsOf } from "../../diffusion/process/latent.ts";
import type { NoiseSource, SamplerStep } from "../../diffusion/samplers/loop.ts";
import { type Projection, type SchedulerSettings, scheduler } from "../../diffusion/scheduler.ts";
import type { StepCache } from "../../diffusion/step-cache/registry.ts";
import { float32, float32Data } from "../../graph/host-tensor.ts";
import { type HostTensor, sizeOf } from "../../graph/types.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { itemAt } from "../../util/items.ts";
import type { ControlInput } from "../network/controlnet-inputs.ts";
import type { Conditions, TextToImageNetwork } from "../network/network.ts";

/** Options of `cfgNetwork`: a batch, and what the network is given besides x and the time. */
export interface CfgOptions {
  /** Images in the batch. */
  readonly rows: number;
  /** [c, h, w] of one image. */
  readonly latentShape: readonly number[];
  /** 2: the batch without the prompt, then with it, in one call; 1: with it only. */
  readonly cfgBatch: 1 | 2;
  /** Scale of guidance; 1 if absent. */
  readonly guidance?: number | undefined;
  /** Share of guidance, 0 .. 1, that is brought back to the conditional output's deviation; 0 if absent. */
  readonly guidanceRescale?: number | undefined;
  /** Noise levels at which guidance acts, the halves in two calls; elsewhere the network is called with the prompt alone. */
  readonly guidanceRange?: GuidanceRange | undefined;
  /** Steps of the sampler that are left out at the start; 0 if absent. */
  readonly begin?: number | undefined;
  /** The conditions of all cfgBatch * rows images in a step of the sampler. */
  readonly conditions: (step: number) => Conditions;
  /** The inputs of the ControlNets in step i of the n steps that are run. */
  readonly controls?: ((step: StepIndex) => readonly ControlInput[]) | undefined;
  /** Channels of the network's input beside x: mask and masked image, [rows, c', h, w]. */
  readonly inpaintingChannels?: Latent | undefined;
  readonly signal?: AbortSignal | undefined;
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
  const predict = cfgNetwork(network, options);
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
    cache: stepCache && { forecast: stepCache.start(), conditions: conditionsAt(options) },
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

/** The network of a whole batch under classifier-free guidance. */
function cfgNetwork(network: TextToImageNetwork, options: CfgOptions): TimedNetwork {
  const { rows, cfgBatch, guidance = 1, guidanceRescale, guidanceRange, begin = 0, conditions } = options;
  const call = batchNetwork(network, options);
  return async (x, timestep, { level, ...walk }) => {
    const step = { i: walk.i - begin, n: walk.n - begin };
    const all = conditions(walk.i);
    // with a range each half is a call of its own, so that one program, and one copy of the weights, does for all levels
    const split = guidanceRange !== undefined && cfgBatch === 2;
    const calls = split ? [branchOf(all, 0), branchOf(all, 1)] : [all];
    const copies = split ? 1 : cfgBatch;
    const outputs: Latent[] = [];
    for (const branch of isGuided(level, guidanceRange) ? calls : calls.slice(-1)) {
      outputs.push(...rowsOf(await call(x, { timestep, step, conditions: branch, copies }), copies));
    }
    const [unconditional, conditional] = outputs;
    if (!unconditional || !conditional) return itemAt(outputs, 0);
    const output = guidedOutput(unconditional, conditional, { scale: guidance, rescale: guidanceRescale, rows });
    const where = stepAt(step.i, step.n, timestep);
    return checkedOutput(output, () => ({ cause: "guidance", what: `guidance at scale ${guidance} ${where}` }));
  };
}

/** A call of the network: its timestep, its step of those that are run, and what it is told. */
interface BatchCall {
  readonly timestep: number;
  readonly step: StepIndex;
  readonly conditions: Conditions;
  /** Times that the batch is in the call: 2 for both halves of guidance. */
  readonly copies: 1 | 2;
}

/** The network's output for so many copies of x, checked. */
function batchNetwork(
  network: TextToImageNetwork,
  { rows, latentShape, controls, inpaintingChannels, signal }: CfgOptions,
): (x: Latent, call: BatchCall) => Promise<Latent> {
  const [channels = 0, ...cells] = latentShape;
  const extra = (inpaintingChannels?.length ?? 0) / (rows * sizeOf(cells));
  return async (x, { timestep, step, conditions, copies }) => {
    const batch = inpaintingChannels ? concatChannels(x, inpaintingChannels, rows) : x;
    const data = concatFloat32(Array.from({ length: copies }, () => batch));
    const shape = [copies * rows, channels + extra, ...cells];
    const output = await network.predict({ dtype: "float32", shape, data }, timestep, conditions, {
      signal,
      controls: controls?.(step),
      repeated: true,
    });
    checkedFinite(output, () => outputOrigin(stepAt(step.i, step.n, timestep), data));
    return output;
  };
}

/** One half of the conditions of both: 0 without the prompt, 1 with it. */
function branchOf({ context, textEmbeds, timeIds, guidance, ...rest }: Conditions, k: 0 | 1): Conditions {
  const half = (tensor: HostTensor) => {
    const [n = 0, ...shape] = tensor.shape;
    return float32([n / 2, ...shape], itemAt(rowsOf(float32Data(tensor), 2), k));
  };
  return {
    ...rest,
    context: half(context),
    ...(textEmbeds && { textEmbeds: half(textEmbeds) }),
    ...(timeIds && { timeIds: half(timeIds) }),
    ...(guidance && { guidance: half(guidance) }),
  };
}

/** Two batches of as many images, joined along the channels. */
function concatChannels(x: Latent, other: Latent, rows: number): Latent {
  const otherRows = rowsOf(other, rows);
  return concatFloat32(rowsOf(x, rows).flatMap((row, k) => [row, otherRows[k]!]));
}
