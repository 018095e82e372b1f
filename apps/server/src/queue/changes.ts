/** Changes of something, from when this was made. */
export interface Changes {
  /** Resolves at the first change since the last call, after some milliseconds, or when the signal is aborted. */
  next(milliseconds: number, signal?: AbortSignal): Promise<void>;
  stop(): void;
}

/** Changes that `changed` tells of. */
export interface ChangeSource extends Changes {
  changed(): void;
}

/** A source of changes for one listener. */
export function changeSource(stop: () => void = () => {}): ChangeSource {
  let isChanged = false;
  let wake = () => {};
  return {
    stop,
    changed() {
      isChanged = true;
      wake();
    },
    next: (milliseconds, signal) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", done);
          wake = () => {};
          isChanged = false;
          resolve();
        };
        const timer = setTimeout(done, milliseconds);
        signal?.addEventListener("abort", done);
        wake = done;
        if (isChanged || signal?.aborted) done();
      }),
  };
}
