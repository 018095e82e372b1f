/** The sum of a[i] b[i] over the first vector, added up in its order. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The sum of (a[i] - b[i])^2 over the first vector, added up in its order. */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

/** Adds `k` times a vector to another one in place. */
export function addScaled(target: Float64Array | Float32Array, k: number, v: ArrayLike<number>): void {
  for (let i = 0; i < target.length; i++) target[i]! += k * v[i]!;
}
