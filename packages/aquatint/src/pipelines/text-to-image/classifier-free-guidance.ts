import { checkedFinite, checkedOutput, outputOrigin, stepAt } from "../../diffusion/finite.ts";
import { guidedOutput } from "../../diffusion/guidance.ts";
import type { StepIndex, TimedNetwork } from "../../diffusion/process/denoiser.ts";
import { type Latent, rowsOf } from "../../diffusion/process/latent.ts";
import { sizeOf } from "../../graph/types.ts";
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

/** The network of a whole batch under classifier-free guidance, both halves in one call. */
export function cfgNetwork(network: TextToImageNetwork, options: CfgOptions): TimedNetwork {
  const { rows, latentShape, cfgBatch, begin = 0, conditions, controls, signal } = options;
  const { guidance = 1, guidanceRescale, inpaintingChannels } = options;
  const [channels = 0, ...cells] = latentShape;
  const extra = (inpaintingChannels?.length ?? 0) / (rows * sizeOf(cells));
  const shape = [cfgBatch * rows, channels + extra, ...cells];
  return async (x, timestep, { i, n }) => {
    const batch = inpaintingChannels ? concatChannels(x, inpaintingChannels, rows) : x;
    const data = concatFloat32(Array.from({ length: cfgBatch }, () => batch));
    const step = { i: i - begin, n: n - begin };
    const out = await network.predict({ dtype: "float32", shape, data }, timestep, conditions(i), {
      signal,
      controls: controls?.(step),
    });
    const where = stepAt(step.i, step.n, timestep);
    checkedFinite(out, () => outputOrigin(where, data));
    if (cfgBatch === 1) return out;
    const halves = rowsOf(out, cfgBatch);
    const output = guidedOutput(itemAt(halves, 0), itemAt(halves, 1), {
      scale: guidance,
      rescale: guidanceRescale,
      rows,
    });
    return checkedOutput(output, () => ({ cause: "guidance", what: `guidance at scale ${guidance} ${where}` }));
  };
}

/** Two batches of as many images, joined along the channels. */
function concatChannels(x: Latent, other: Latent, rows: number): Latent {
  const otherRows = rowsOf(other, rows);
  return concatFloat32(rowsOf(x, rows).flatMap((row, k) => [row, itemAt(otherRows, k)]));
}
