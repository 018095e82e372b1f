import { type Latent, rowSize } from "./latent.ts";
import type { Level } from "./level.ts";
import { type Estimate, estimate, type Target } from "./prediction.ts";

/** An output with what else the network says: without the prompt, and of its variance. */
export interface FullOutput {
  readonly output: Latent;
  /** The output without the prompt, that guidance pushed away from. */
  readonly unconditional?: Latent | undefined;
  /** The other half of the channels of a network with a learned variance. */
  readonly variance?: Latent | undefined;
}

/** The output of a network: of x's size, of twice its size with a learned variance ([rows, 2 c, h, w]), or in parts. */
export type NetworkOutput = Latent | FullOutput;

/** A network: its output for x at a level, in whatever it was trained to predict. */
export type Network = (x: Latent, level: Level) => Promise<Latent>;

/** A network that may say more than its output. */
export type FullNetwork = (x: Latent, level: Level) => Promise<NetworkOutput>;

/** Step i of the n steps of a sampling loop, the first being 0. */
export interface StepIndex {
  readonly i: number;
  readonly n: number;
}

/** The step of an evaluation that belongs to no sampling loop. */
export const singleStep: StepIndex = { i: 0, n: 1 };

/** The step and the level of an evaluation. */
export interface EvaluationPoint extends StepIndex {
  readonly level: Level;
}

/** A network that knows levels by a number: its output for x, scaled as it was trained, in a step of the walk. */
export type TimedNetwork = (scaledInput: Latent, t: number, point: EvaluationPoint) => Promise<NetworkOutput>;

/** A model as samplers see it: the data and the noise that x is made of, at a level and in a step of the loop. */
export type Denoiser = (x: Latent, level: Level, step: StepIndex) => Promise<Estimate>;

/** A denoiser that reads the network's output for `rows` images as data and noise. */
export const denoiser =
  (network: FullNetwork, target: Target, rows = 1): Denoiser =>
  async (x, level) =>
    toEstimate(await network(x, level), { target, level, x, rows });

/** Context of a network's output. */
export interface OutputContext {
  readonly target: Target;
  readonly level: Level;
  /** The network's input. */
  readonly x: Latent;
  /** Images in x. */
  readonly rows: number;
}

/** An output of whatever form as an estimate. @throws AquatintError "shape/mismatch" where x is not `rows` images. */
export function toEstimate(networkOutput: NetworkOutput, { target, level, x, rows }: OutputContext): Estimate {
  const { output, unconditional, variance } = outputParts(networkOutput, x, rows);
  return {
    ...estimate(target, level, x, output),
    ...(unconditional && { unconditional: estimate(target, level, x, unconditional) }),
    ...(variance && { variance }),
  };
}

function outputParts(output: NetworkOutput, x: Latent, rows: number): FullOutput {
  if (!ArrayBuffer.isView(output)) return output;
  if (output.length !== 2 * x.length) return { output };
  const [first, variance] = channelHalves(output, rows);
  return { output: first, variance };
}

/** Both halves of the channels of [rows, 2 c, h, w], each [rows, c, h, w]. */
export function channelHalves(output: Latent, rows: number): readonly [first: Latent, second: Latent] {
  const size = rowSize(output, rows) / 2;
  const half = (k: number): Latent => {
    const values = new Float32Array(rows * size);
    for (let i = 0; i < rows; i++) {
      values.set(output.subarray((2 * i + k) * size, (2 * i + k + 1) * size), i * size);
    }
    return values;
  };
  return [half(0), half(1)];
}
