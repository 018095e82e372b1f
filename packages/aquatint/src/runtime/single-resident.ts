import type { Executable } from "../compiler/executable.ts";
import type { Program, Runtime } from "./types.ts";

/** Loads a program and lets go of it. */
interface Resident {
  readonly owner: object;
  readonly program: Program;
}

/**
 * A runtime that holds one program at a time: running another one unloads it, and running it again loads it again.
 * For weights that stay in their files that costs little, and memory is that of the largest program alone.
 */
export function singleResidentRuntime(runtime: Runtime): Runtime {
  let resident: Resident | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const enqueue = <R>(work: () => Promise<R>): Promise<R> => {
    const result = last.then(work);
    last = result.catch(() => {}); // told by the call itself
    return result;
  };
  async function unload(): Promise<void> {
    const { program } = resident ?? {};
    resident = undefined;
    await program?.[Symbol.asyncDispose]();
  }
  async function loadFor(owner: object, executable: Executable): Promise<Program> {
    if (resident?.owner === owner) return resident.program;
    await unload();
    const program = await runtime.load(executable);
    resident = { owner, program };
    return program;
  }
  return {
    ...runtime,
    async load(executable) {
      const owner = {};
      const { model: _, ...description } = executable;
      await enqueue(() => loadFor(owner, executable));
      return {
        executable: description,
        run: (feeds, options) => enqueue(async () => (await loadFor(owner, executable)).run(feeds, options)),
        [Symbol.asyncDispose]: () =>
          enqueue(async () => {
            if (resident?.owner === owner) await unload();
          }),
      };
    },
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  };
}
