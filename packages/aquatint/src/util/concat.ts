/** Float32 arrays one after the other. */
export const concatFloat32 = (parts: readonly Float32Array[]): Float32Array<ArrayBuffer> =>
  fill(new Float32Array(lengthOf(parts)), parts);

/** Bytes one after the other. */
export const concatBytes = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  fill(new Uint8Array(lengthOf(parts)), parts);

const lengthOf = (parts: readonly { readonly length: number }[]): number =>
  parts.reduce((n, { length }) => n + length, 0);

function fill<T extends { set(part: ArrayLike<number>, offset: number): void }>(
  target: T,
  parts: readonly ArrayLike<number>[],
): T {
  let offset = 0;
  for (const part of parts) {
    target.set(part, offset);
    offset += part.length;
  }
  return target;
}
