import { AquatintError } from "../../errors.ts";
import { type GeneratorName, generators } from "../../math/generators.ts";
import { type Seed, torchCpu } from "../../math/random.ts";
import { itemAt } from "../../util/items.ts";

/** Noise of another seed that is mixed into the start. */
export interface Variation {
  readonly seed: Seed;
  /** 0 keeps the image of the seed, 1 gives that of the variation's seed. */
  readonly strength: number;
}

/** Options of a variation. */
export interface VariationOptions {
  /** Mixes the noise of another seed into the start, as AUTOMATIC1111's variation seed does; no mixture if absent. */
  readonly variation?: Variation | undefined;
}

/** Returns a variation that changes something. @throws AquatintError "generate/variation" for a strength outside of 0 .. 1. */
export function checkedVariation(variation: Variation): Variation | undefined {
  const { seed, strength } = variation;
  torchCpu(seed); // refuses what is no 64-bit integer
  if (strength >= 0 && strength <= 1) return strength > 0 ? variation : undefined;
  throw new AquatintError("generate/variation", `expected a variation's strength of 0 to 1, got ${strength}`, {
    hint: "0.1 to 0.4 are usual",
  });
}

interface VariationContext {
  readonly variation: Variation;
  readonly rng: GeneratorName;
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** Mean cosine above which the web UI mixes linearly. */
const PARALLEL = 0.9995;

/**
 * Noise [c, h, w] with that of the variation's seed mixed in: a spherical interpolation of each column, as AUTOMATIC1111's web UI
 * does it.
 */
export function variedNoise(noise: Float32Array, { variation, rng, shape }: VariationContext): Float32Array {
  const { seed, strength } = variation;
  const [channels, height, width] = shape;
  const other = generators[rng](seed).randn(noise.length);
  const columns = Array.from({ length: channels * width }, (_, k) => {
    const start = Math.floor(k / width) * height * width + (k % width);
    return Array.from({ length: height }, (_, row) => start + row * width);
  });
  const cosines = columns.map((column) => cosine(noise, other, column));
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  const mixed = new Float32Array(noise.length);
  for (const [k, column] of columns.entries()) {
    const [a, b] = mean > PARALLEL ? [strength, 1 - strength] : weights(itemAt(cosines, k), strength);
    for (const i of column) mixed[i] = a * itemAt(noise, i) + b * itemAt(other, i);
  }
  return mixed;
}

function weights(cosine: number, strength: number): readonly [number, number] {
  const angle = Math.acos(cosine);
  return [Math.sin((1 - strength) * angle) / Math.sin(angle), Math.sin(strength * angle) / Math.sin(angle)];
}

function cosine(a: Float32Array, b: Float32Array, indexes: readonly number[]): number {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (const i of indexes) {
    const [x, y] = [itemAt(a, i), itemAt(b, i)];
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return dot / Math.sqrt(squareA * squareB);
}
