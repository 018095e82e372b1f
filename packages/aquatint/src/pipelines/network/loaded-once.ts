import type { Executable } from "../../compiler/executable.ts";
import type { Program, Runtime } from "../../runtime/types.ts";

/** A program that is loaded when it is first wanted. */
export interface LoadedOnce extends AsyncDisposable {
  /** A load that fails is tried again by the next call. */
  load(): Promise<Program>;
}

/** Loads a program when it is first wanted, and again after it was disposed of. */
export function loadedOnce(runtime: Runtime, executable: Executable): LoadedOnce {
  let loading: Promise<Program> | undefined;
  return {
    load() {
      loading ??= runtime.load(executable).catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return loading;
    },
    async [Symbol.asyncDispose]() {
      const loaded = loading;
      loading = undefined;
      await dispose(loaded);
    },
  };
}

/** Disposes of what was made; what failed has nothing to dispose of. */
export async function dispose(resource: Promise<AsyncDisposable> | undefined): Promise<void> {
  const value = await resource?.catch(() => undefined);
  await value?.[Symbol.asyncDispose]();
}
