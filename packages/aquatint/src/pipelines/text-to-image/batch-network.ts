import type { StepIndex } from "../../diffusion/process/denoiser.ts";
import type { Latent } from "../../diffusion/process/latent.ts";
import type { Level } from "../../diffusion/process/level.ts";
import type { ControlInput } from "../network/controlnet-inputs.ts";
import type { Conditions } from "../network/network.ts";

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
