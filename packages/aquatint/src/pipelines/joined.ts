/** Flat tensors one after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}
