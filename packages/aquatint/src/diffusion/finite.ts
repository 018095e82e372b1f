import { AquatintError } from "../errors.ts";
import { noiseRatio } from "./process/coordinates.ts";
import type { NetworkOutput, StepIndex } from "./process/denoiser.ts";
import type { Latent } from "./process/latent.ts";
import type { SamplerStep } from "./samplers/loop.ts";

/** Sources of values that are not finite: the start of a walk, the network, guidance, a sampler's step, or a coder. */
const causes = {
  start: "the first image, its mask or its autoencoder are at fault: try another image, or float32 in place of float16",
  encoder: "give another autoencoder, or decode and encode in float32 in place of float16",
  input: "give a smaller guidance scale, or another sampler: what is denoised grew beyond what networks know",
  network: "use other weights, weaker LoRAs or emphasis, or float32 in place of float16 weights",
  guidance: "give a smaller guidance scale",
  step: "give another sampler or schedule, or a smaller guidance scale if the values before were large; please report it",
  decoder: "give another autoencoder, or decode in float32 in place of float16",
} as const;

/** Description and origin of values, for the message. */
export interface Origin {
  readonly cause: keyof typeof causes;
  /** "the network's output at step 3 of 20": what is not finite. */
  readonly what: string;
}

/** The largest magnitude of all values. */
export const magnitudeOf = (values: Latent): number => values.reduce((maximum, v) => Math.max(maximum, Math.abs(v)), 0);

/** Returns the values where all are finite. @throws AquatintError "not-finite/CAUSE" that says where they come from. */
export function checkedFinite<T extends Latent>(values: T, origin: () => Origin): T {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count++;
  if (count === 0) return values;
  const { cause, what } = origin();
  throw new AquatintError(`not-finite/${cause}`, `${what} has ${count} NaN or infinite values of ${values.length}`, {
    hint: causes[cause],
  });
}

/** Latents, scaled as networks see them, stay well below this. */
const LARGE = 1e4;

/** Origin of a network's output: the network, unless it was given values that no network is trained on. */
export function outputOrigin(where: string, x: Latent): Origin {
  const magnitude = magnitudeOf(x);
  const what = `the network's output ${where}`;
  return magnitude < LARGE
    ? { cause: "network", what }
    : { cause: "input", what: `${what}, which was given values up to ${magnitude.toPrecision(3)},` };
}

/** The same for all that a network gives. */
export function checkedOutput(output: NetworkOutput, origin: () => Origin): NetworkOutput {
  const parts = ArrayBuffer.isView(output) ? [output] : [output.output, output.unconditional, output.variance];
  for (const part of parts) if (part) checkedFinite(part, origin);
  return output;
}

/** Checks of one sampling loop, which name the first place where its values stop being finite. */
export interface FiniteChecks {
  /** Checks the x that the sampler starts from. */
  start(x: Latent): void;
  /** Checks the network's output for x at timestep t. */
  output(output: NetworkOutput, input: NetworkInput): void;
  step(step: SamplerStep): void;
}

/** One call of a network in a loop. */
export interface NetworkInput extends StepIndex {
  readonly x: Latent;
  readonly t: number;
}

/** Makes the checks of one run of the sampler that its caller knows as `name`. */
export function finiteChecks(name: string): FiniteChecks {
  let last: NetworkOutput = new Float32Array(0);
  return {
    start: (x) => void checkedFinite(x, () => ({ cause: "start", what: "what the sampler starts from" })),
    output(output, { x, t, i, n }) {
      last = checkedOutput(output, () => outputOrigin(stepAt(i, n, t), x));
    },
    step: (step) => void checkedFinite(step.x, () => ({ cause: "step", what: stepWords(step, name, last) })),
  };
}

/** "at step 3 of 20 (timestep 901)" */
export const stepAt = (i: number, n: number, t: number): string =>
  `at step ${i + 1} of ${n} (timestep ${Number(t.toPrecision(6))})`;

function stepWords({ i, n, level, next }: SamplerStep, name: string, output: NetworkOutput): string {
  const [from, to] = [level, next].map((at) => Number(noiseRatio(at).toPrecision(4)));
  const magnitude = magnitudeOf(ArrayBuffer.isView(output) ? output : output.output).toPrecision(3);
  return `step ${i + 1} of ${n} of the sampler "${name}" (sigma ${from} to ${to}, the network's finite output up to ${magnitude})`;
}
