/** Keys that are handled together. */
export interface Batched {
  /** True while a key waits or is handled. */
  has(key: string): boolean;
  /** Resolves after a call with this key that starts later than now. */
  add(key: string): Promise<void>;
  /** Resolves when what waits or is under way now was handled, or failed. */
  settled(): Promise<void>;
}

/** Collects keys while a call is under way, and handles them together in the next; those of a failed call stay. */
export function batched(handle: (keys: readonly string[]) => Promise<void>): Batched {
  const waiting = new Set<string>();
  const current = new Set<string>();
  let calls: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const call = async (): Promise<void> => {
    next = undefined;
    const keys = [...waiting];
    waiting.clear();
    for (const key of keys) current.add(key);
    try {
      await handle(keys);
    } catch (error) {
      for (const key of keys) waiting.add(key);
      throw error;
    } finally {
      current.clear();
    }
  };
  return {
    has: (key) => waiting.has(key) || current.has(key),
    add(key) {
      waiting.add(key);
      if (!next) {
        next = calls.then(call);
        calls = next.catch(() => {});
      }
      return next;
    },
    settled: () => calls,
  };
}
