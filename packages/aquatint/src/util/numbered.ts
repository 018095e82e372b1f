/** One more than the largest number that stands at the place of the group of `pattern`; 0 where no key matches. */
export function countOf(keys: Iterable<string>, pattern: RegExp): number {
  let count = 0;
  for (const key of keys) {
    const digits = pattern.exec(key)?.[1];
    if (digits !== undefined && digits.length < 5) count = Math.max(count, Number(digits) + 1);
  }
  return count;
}

/** 0, 1, ... n - 1. */
export const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
