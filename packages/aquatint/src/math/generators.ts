import { cudaPhilox } from "./cuda.ts";
import { unknownName } from "./names.ts";
import { type NormalStream, type Seed, torchCpu } from "./random.ts";

/** Generators that a seed can belong to: the streams of torch's generators, by the names that the command line takes. */
export const generators = {
  "torch-cpu": (seed: Seed): NormalStream => torchCpu(seed),
  "cuda-philox": (seed: Seed): NormalStream => cudaPhilox(seed),
} as const;

/** The name of a generator in the registry. */
export type GeneratorName = keyof typeof generators;

/** Returns a generator's name where it is one. @throws AquatintError "random/generator" with the nearest. */
export function generatorNamed(text: string): GeneratorName {
  const names = Object.keys(generators) as GeneratorName[];
  const match = names.find((name) => name === text);
  if (match) return match;
  throw unknownName("random/generator", { name: text, kind: "random generator", kinds: "generators", names });
}
