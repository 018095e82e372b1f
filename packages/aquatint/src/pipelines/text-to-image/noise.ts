import { brownianNoise } from "../../diffusion/brownian.ts";
import type { NoiseSource } from "../../diffusion/samplers/loop.ts";
import { type GeneratorName, generatorNamed, generators } from "../../math/generators.ts";
import { unknownName } from "../../math/names.ts";
import type { NormalStream, Seed } from "../../math/random.ts";

/** Source of a sampler's noise: drawn afresh at every step, or along one Brownian path. */
export const noiseKinds = ["fresh", "brownian"] as const;

/** The name of a kind of noise. */
export type NoiseKind = (typeof noiseKinds)[number];

/** Generator that a seed starts. */
export interface NoiseOptions {
  /** "torch-cpu" (if absent) or "cuda-philox", what PyTorch draws on a CPU or a GPU. */
  readonly rng?: GeneratorName | undefined;
  /** "brownian": stochastic samplers follow the same path whatever the number of steps; "fresh" if absent. */
  readonly noise?: NoiseKind | undefined;
}

/** The choices where the caller makes none. */
export const noiseDefaults = { rng: "torch-cpu", noise: "fresh" } as const satisfies NoiseOptions;

/** Draw options with their defaults. @throws AquatintError for a name that is unknown. */
export function checkedNoise({ rng = noiseDefaults.rng, noise = noiseDefaults.noise }: NoiseOptions) {
  return { rng: generatorNamed(rng), noise: noiseKindNamed(noise) };
}

/** Returns a kind of noise where it is one. @throws AquatintError "generate/noise" with the nearest. */
export function noiseKindNamed(name: string): NoiseKind {
  const kind = noiseKinds.find((candidate) => candidate === name);
  if (kind) return kind;
  throw unknownName("generate/noise", { name, kind: "noise", kinds: "kinds", names: noiseKinds });
}

/** The random numbers of one image, in the order that they are drawn: its start, then the sampler's noise. */
export interface NoiseStreams {
  readonly start: NormalStream;
  readonly noise: NoiseSource;
}

/** Draws for an image of `size` numbers. */
export function noiseStreams(
  { seed, rng, noise }: { readonly seed: Seed } & Required<ReturnType<typeof checkedNoise>>,
  size: number,
): NoiseStreams {
  const start = generators[rng](seed);
  return { start, noise: noise === "brownian" ? brownianNoise({ seed, size }) : () => start.randn(size) };
}
