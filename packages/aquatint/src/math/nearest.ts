/** The candidate with the fewest edits to `word`, case aside; undefined where each would change more than half of it. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const target = word.toLowerCase();
  let best: string | undefined;
  let fewest = target.length / 2;
  for (const candidate of candidates) {
    const edits = distance(target, candidate.toLowerCase());
    if (edits > fewest || (edits === fewest && best !== undefined)) continue;
    best = candidate;
    fewest = edits;
  }
  return best;
}

/** Edits from a to b: insertions, deletions, substitutions and swaps of neighbors (Damerau's distance, restricted). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const [above, twoAbove] = [rows[i - 1]!, rows[i - 2]];
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = twoAbove && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = Math.min(substituted, above[j]! + 1, row[j - 1]! + 1);
      row.push(swapped ? Math.min(edits, twoAbove[j - 2]! + 1) : edits);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
