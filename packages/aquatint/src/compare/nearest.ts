/** A picture's nearest neighbour. */
export interface Neighbour {
  readonly index: number;
  /** Root mean squared difference of their values, which lie in -1 .. 1. */
  readonly distance: number;
}

/** For each of some pictures, `size` values each, the nearest of others by their pixels. */
export function nearestOf(pictures: Float32Array, others: Float32Array, size: number): readonly Neighbour[] {
  const count = others.length / size;
  return Array.from({ length: pictures.length / size }, (_, k) => {
    let best = { index: 0, squared: Number.POSITIVE_INFINITY };
    for (let j = 0; j < count; j++) {
      let squared = 0;
      for (let i = 0; i < size && squared < best.squared; i++)
        squared += (pictures[k * size + i]! - others[j * size + i]!) ** 2;
      if (squared < best.squared) best = { index: j, squared };
    }
    return { index: best.index, distance: Math.sqrt(best.squared / size) };
  });
}
