import { type Image, tensorToImages } from "aquatint/formats";

/** An image's nearest neighbor. */
export interface Neighbor {
  readonly index: number;
  /** Root mean squared difference of their values, which lie in -1 .. 1. */
  readonly distance: number;
}

/** For each of some images, `size` values each, the nearest of others by their pixels. */
export function nearestOf(images: Float32Array, references: Float32Array, size: number): readonly Neighbor[] {
  const count = references.length / size;
  return Array.from({ length: images.length / size }, (_, k) => {
    let best = { index: 0, squared: Number.POSITIVE_INFINITY };
    for (let j = 0; j < count; j++) {
      let squared = 0;
      for (let i = 0; i < size && squared < best.squared; i++)
        squared += (images[k * size + i]! - references[j * size + i]!) ** 2;
      if (squared < best.squared) best = { index: j, squared };
    }
    return { index: best.index, distance: Math.sqrt(best.squared / size) };
  });
}

/** Images and the nearest of training, in two rows. */
export interface NeighborRows {
  readonly rows: readonly [generated: readonly Image[], nearest: readonly Image[]];
  /** Distances of every query: root mean squared differences. */
  readonly distances: readonly number[];
}

/** Options of the nearest neighbors. */
export interface NeighborOptions {
  readonly size: readonly [height: number, width: number];
  /** The nearest of so many images are looked for. */
  readonly queries: number;
  /** So many of those are in the rows. */
  readonly count?: number;
}

/** Looks for the nearest training images of the first images: both [n, 3, height, width], in -1 .. 1. */
export function neighborRows(
  values: Float32Array,
  training: Float32Array,
  { size: [height, width], queries, count = queries }: NeighborOptions,
): NeighborRows {
  const length = 3 * height * width;
  const images = (some: Float32Array) => tensorToImages(some, { height, width });
  const clamped = values.slice(0, queries * length).map((v) => Math.min(1, Math.max(-1, v)));
  const nearestRows = nearestOf(clamped, training, length);
  const nearest = nearestRows
    .slice(0, count)
    .map(({ index }) => training.subarray(index * length, (index + 1) * length));
  return {
    rows: [images(clamped.slice(0, nearest.length * length)), nearest.flatMap(images)],
    distances: nearestRows.map(({ distance }) => distance),
  };
}
