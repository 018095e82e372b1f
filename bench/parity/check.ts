import { readdir } from "node:fs/promises";
import { messageOf } from "../../packages/aquatint/src/errors.ts";

/** The outcome of one comparison: `maxError` and `tolerance` are of one kind, absolute or relative, as the check says. */
export interface CheckResult {
  readonly check: string;
  readonly maxError: number;
  readonly tolerance: number;
  readonly ok: boolean;
}
/** Something that is there and cannot be compared yet. */
export interface Skipped {
  readonly check: string;
  readonly skipped: string;
}
export type Outcome = CheckResult | Skipped;

/** A kind of reference data: which entries of a folder it reads, and its comparisons. */
export interface ParityKind {
  /** The entries of the folder that belong to this kind. */
  claims(entries: readonly string[]): readonly string[];
  run(folder: string, entries: readonly string[]): AsyncGenerator<Outcome>;
}

/** A result whose error may be at most the tolerance; NaN fails. */
export const judged = (check: string, maxError: number, tolerance: number): CheckResult => ({
  check,
  maxError,
  tolerance,
  ok: maxError <= tolerance,
});

/** The largest of |a - b| / max(1, |b|); Infinity where the lengths differ or one is NaN. */
export function maxError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}

/** The largest of |a - b| as a share of the largest |b|; Infinity where the lengths differ. */
export function errorOfLargest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
  const share = (values: ArrayLike<number>) => Float64Array.from(values, (v) => v / (largest || 1));
  return maxError(share(actual), share(expected));
}

/** The entries of a folder, without hidden ones. */
export const entriesOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();

/** A check that breaks has failed; the others still run. */
export async function* guarded(check: string, run: AsyncGenerator<Outcome>): AsyncGenerator<Outcome> {
  try {
    yield* run;
  } catch (error) {
    console.error(`${check}: ${messageOf(error)}`);
    yield { check, maxError: Number.POSITIVE_INFINITY, tolerance: 0, ok: false };
  }
}
