/** Spherical interpolation (Shoemake 1985) of two vectors, share 0 .. 1: on the way between two normal draws it stays as long as they are. */
export function spherical(a: Float32Array, b: Float32Array, share: number): Float32Array {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (angle < 1e-6) return a.map((v, i) => (1 - share) * v + share * b[i]!);
  const [from, to] = [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
  return a.map((v, i) => from * v + to * b[i]!);
}
