import { entryAt } from "aquatint/math";
import { AquatintError, itemAt } from "aquatint/util";
import { distances, type Features } from "./features.ts";

/** Neighborhoods of generated images among real ones. */
export interface Neighborhood {
  /** True if each generated one lies within the real set: their share is the precision (Kynkäänniemi et al. 2019). */
  readonly precise: readonly boolean[];
  /** True if each real one lies within the generated set: their share is the recall (Kynkäänniemi et al. 2019). */
  readonly recalled: readonly boolean[];
  /** In how many real neighborhoods each generated one lies, over k: their mean, about 1, is the density (Naeem et al. 2020). */
  readonly densities: readonly number[];
  /** True if each real neighborhood has a generated one in it: their share is the coverage (Naeem et al. 2020). */
  readonly covered: readonly boolean[];
}

/** Two sets of images, and the number of neighbors that make a neighborhood. */
export interface NeighborhoodInput {
  readonly real: Features;
  readonly generated: Features;
  /** 5 if absent. */
  readonly k?: number;
}

/**
 * Compares two sets by balls about each image that reach to its k-th nearest neighbor in its own set.
 * @throws AquatintError "evaluate/too-few" for a set of no more than k.
 */
export function neighborhood({ real, generated, k = 5 }: NeighborhoodInput): Neighborhood {
  const smaller = Math.min(real.length, generated.length);
  if (smaller <= k) {
    throw new AquatintError("evaluate/too-few", `${k} neighbors take more than ${k} images, got ${smaller}`, {
      hint: "evaluate more images: --count",
    });
  }
  const [realRadii, generatedRadii] = [radii(real, k), radii(generated, k)];
  const across = distances(real, generated);
  const isInReal = (i: number, j: number) => entryAt(across, i, j) <= itemAt(realRadii, i);
  const isInGenerated = (i: number, j: number) => entryAt(across, i, j) <= itemAt(generatedRadii, j);
  const inReal = generated.map((_, j) => count(real, (i) => isInReal(i, j)));
  const covered = real.map((_, i) => count(generated, (j) => isInReal(i, j)));
  const inGenerated = real.map((_, i) => count(generated, (j) => isInGenerated(i, j)));
  return {
    precise: inReal.map((n) => n > 0),
    recalled: inGenerated.map((n) => n > 0),
    densities: inReal.map((n) => n / k),
    covered: covered.map((n) => n > 0),
  };
}

/** From each image the distance to its k-th nearest neighbor; itself, at 0, comes first. */
const radii = (set: Features, k: number): readonly number[] => distances(set, set).map((row) => itemAt(row.sort(), k));

const count = (set: Features, holds: (i: number) => boolean): number =>
  set.reduce((sum: number, _, i) => sum + (holds(i) ? 1 : 0), 0);
