import type { Executable } from "../compiler/executable.ts";
import type { Program, Runtime } from "./types.ts";

/** Loads a program and lets go of it. */
interface Place {
  readonly owner: object;
  readonly program: Program;
}

/**
 * A runtime that holds one program at a time: running another one unloads it, and running it again loads it again.
 * For weights that stay in their files that costs little, and memory is that of the largest program alone.
 */
export function oneProgramAtATime(runtime: Runtime): Runtime {
  let resident: Place | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <R>(work: () => Promise<R>): Promise<R> => {
    const turn = last.then(work);
    last = turn.catch(() => {}); // told by the call itself
    return turn;
  };
  async function leave(): Promise<void> {
    const { program } = resident ?? {};
    resident = undefined;
    await program?.[Symbol.asyncDispose]();
  }
  async function enter(owner: object, executable: Executable): Promise<Program> {
    if (resident?.owner === owner) return resident.program;
    await leave();
    const program = await runtime.load(executable);
    resident = { owner, program };
    return program;
  }
  return {
    ...runtime,
    async load(executable) {
      const owner = {};
      const { model: _, ...described } = executable;
      await inTurn(() => enter(owner, executable));
      return {
        executable: described,
        run: (feeds, options) => inTurn(async () => (await enter(owner, executable)).run(feeds, options)),
        [Symbol.asyncDispose]: () =>
          inTurn(async () => {
            if (resident?.owner === owner) await leave();
          }),
      };
    },
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  };
}
