import { AquatintError } from "../errors.ts";
import { distances, type Features } from "./features.ts";

/** How generated pictures lie among real ones, each 0 .. 1 but for the density, which is about 1 for equal sets. */
export interface Neighbourhood {
  /** Share of the generated ones within the real set (Kynkäänniemi et al. 2019). */
  readonly precision: number;
  /** Share of the real ones within the generated set (Kynkäänniemi et al. 2019). */
  readonly recall: number;
  /** How many real neighbourhoods a generated one lies in, over k (Naeem et al. 2020). */
  readonly density: number;
  /** Share of the real neighbourhoods with a generated one in them (Naeem et al. 2020). */
  readonly coverage: number;
}

/** Two sets of pictures, and the number of neighbours that make a neighbourhood. */
export interface NeighbourhoodInput {
  readonly real: Features;
  readonly generated: Features;
  /** 5 if absent. */
  readonly k?: number;
}

/**
 * Compares two sets by balls about each picture that reach to its k-th nearest neighbour in its own set.
 * @throws AquatintError "evaluate/too-few" for a set of no more than k.
 */
export function neighbourhood({ real, generated, k = 5 }: NeighbourhoodInput): Neighbourhood {
  const smaller = Math.min(real.length, generated.length);
  if (smaller <= k) {
    throw new AquatintError("evaluate/too-few", `${k} neighbours take more than ${k} pictures, got ${smaller}`, {
      hint: "evaluate more pictures: --count",
    });
  }
  const [realRadii, generatedRadii] = [radii(real, k), radii(generated, k)];
  const across = distances(real, generated);
  const inReal = generated.map((_, j) => count(real, (i) => across[i]![j]! <= realRadii[i]!));
  const covered = real.map((_, i) => count(generated, (j) => across[i]![j]! <= realRadii[i]!));
  const inGenerated = real.map((_, i) => count(generated, (j) => across[i]![j]! <= generatedRadii[j]!));
  return {
    precision: shareAbove0(inReal),
    recall: shareAbove0(inGenerated),
    density: inReal.reduce((sum, n) => sum + n, 0) / (k * generated.length),
    coverage: shareAbove0(covered),
  };
}

/** From each picture the distance to its k-th nearest neighbour; itself, at 0, comes first. */
const radii = (set: Features, k: number): readonly number[] => distances(set, set).map((row) => row.sort()[k]!);

const count = (set: Features, holds: (i: number) => boolean): number =>
  set.reduce((sum: number, _, i) => sum + (holds(i) ? 1 : 0), 0);

const shareAbove0 = (counts: readonly number[]): number => counts.filter((n) => n > 0).length / counts.length;
