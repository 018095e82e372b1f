/** A resource in use. */
export interface Lease<T> {
  readonly resource: T;
  /** Ends the use. Where it was the last one, the resource is kept for `seconds` and then disposed of. */
  release(seconds: number): Promise<void>;
}

/** Resources by key. Users that overlap, or follow shortly, share one. */
export interface SharedResources<T> {
  /** Opens the resource, or shares the one of this key. What is idle is disposed of before another is opened. */
  lease(key: string, open: () => Promise<T>): Promise<Lease<T>>;
  /** Disposes of what nobody uses. */
  disposeIdle(): Promise<void>;
}

interface Entry<T> {
  readonly opening: Promise<T>;
  users: number;
  timer?: ReturnType<typeof setTimeout>;
}

// timers take 32 bits of milliseconds
const FOREVER = 2 ** 31 / 1000;

/** No resources yet. */
export function sharedResources<T extends AsyncDisposable>(): SharedResources<T> {
  const entries = new Map<string, Entry<T>>();
  let closing: Promise<unknown> = Promise.resolve();

  function close(key: string, entry: Entry<T>): Promise<void> {
    clearTimeout(entry.timer);
    entries.delete(key);
    const closed = entry.opening.then((resource) => resource[Symbol.asyncDispose]());
    closing = Promise.allSettled([closing, closed]);
    return closed;
  }
  async function disposeIdle(): Promise<void> {
    for (const [key, entry] of entries) if (entry.users === 0) void close(key, entry).catch(() => {});
    await closing;
  }
  function add(key: string, open: () => Promise<T>): Entry<T> {
    const entry: Entry<T> = { opening: disposeIdle().then(open), users: 0 };
    entries.set(key, entry);
    entry.opening.catch(() => entries.delete(key));
    return entry;
  }
  async function leave(key: string, { entry, seconds }: { entry: Entry<T>; seconds: number }): Promise<void> {
    if (--entry.users > 0) return;
    if (seconds === 0) return close(key, entry);
    if (seconds < FOREVER) entry.timer = idleTimer(seconds, () => close(key, entry));
  }
  return {
    disposeIdle,
    async lease(key, open) {
      const entry = entries.get(key) ?? add(key, open);
      entry.users++;
      clearTimeout(entry.timer);
      const resource = await entry.opening;
      let end: Promise<void> | undefined;
      return { resource, release: (seconds) => (end ??= leave(key, { entry, seconds })) };
    },
  };
}

/** A timer that keeps no process alive. */
function idleTimer(seconds: number, close: () => Promise<void>): ReturnType<typeof setTimeout> {
  const timer = setTimeout(() => void close().catch(() => {}), 1000 * seconds);
  const { unref } = timer as { unref?(): void }; // a browser's is a number
  unref?.call(timer);
  return timer;
}
