/** Solves the small dense system `rows` x = `right` by elimination with pivoting; the inputs are left as they are. */
export function solve(rows: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const m = rows.map((row, i) => [...row, right[i]!]);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(m[i]![k]!) > Math.abs(m[best]![k]!)) best = i;
    [m[k], m[best]] = [m[best]!, m[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = m[i]![k]! / m[k]![k]!;
      for (let j = k; j <= n; j++) m[i]![j]! -= factor * m[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const partial = x.reduce((sum, v, j) => sum + m[k]![j]! * v, 0);
    x[k] = (m[k]![n]! - partial) / m[k]![k]!;
  }
  return x;
}
