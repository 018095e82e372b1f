import { checkedFinite, outputOrigin, stepAt } from "../../diffusion/finite.ts";
import type { StepIndex } from "../../diffusion/process/denoiser.ts";
import { type Latent, rowsOf } from "../../diffusion/process/latent.ts";
import type { Level } from "../../diffusion/process/level.ts";
import { sizeOf } from "../../graph/types.ts";
import { concatFloat32 } from "../../util/concat.ts";
import type { ControlInput } from "../network/controlnet-inputs.ts";
import type { Conditions, TextToImageNetwork } from "../network/network.ts";

/** A batch, and what the network is given besides x and the time. */
export interface BatchOptions {
  /** Images in the batch. */
  readonly rows: number;
  /** [c, h, w] of one image. */
  readonly latentShape: readonly number[];
  /** Channels of the network's input beside x: mask and masked image, [rows, c', h, w]. */
  readonly inpaintingChannels?: Latent | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A call of the network. */
export interface BatchCall {
  readonly timestep: number;
  readonly level: Level;
  /** Step of those that are run. */
  readonly step: StepIndex;
  /** Branches in the call, each with the whole batch. */
  readonly branches: number;
  readonly conditions: Conditions;
  readonly controls: readonly ControlInput[] | undefined;
}

/** The network's output for x in each branch. */
export type BatchNetwork = (x: Latent, call: BatchCall) => Promise<readonly Latent[]>;

/** The checked outputs of all branches, from one call. */
export function batchNetwork(
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
