import type { SplitExecutable } from "../../compiler/compile.ts";
import { zeros } from "../../graph/host-tensor.ts";
import type { HostTensors } from "../../graph/types.ts";
import { copyTensors } from "../../runtime/protocol.ts";
import type { Runtime, State } from "../../runtime/types.ts";
import { lookup } from "../../util/items.ts";
import { mapValues } from "../../util/map-values.ts";
import { dispose, loadedOnce } from "./loaded-once.ts";

/** The states that a prologue has computed, each for the values of its feeds. */
export interface PrologueStates extends AsyncDisposable {
  /** The state for these feeds, computed unless it is there already. */
  stateFor(feeds: HostTensors): Promise<State>;
}

/** Values of a prologue's feeds and what was computed from them. */
interface Entry {
  readonly feeds: HostTensors;
  readonly state: Promise<State>;
}

/** States that are kept: those of prompts that take turns, of two halves each. */
const CAPACITY = 8;

/** Runs a prologue once for each set of values; the states used last are kept. */
export function prologueStates(
  runtime: Runtime,
  { prologue, state: types }: Pick<SplitExecutable, "state"> & { readonly prologue: SplitExecutable["body"] },
): PrologueStates {
  const program = loadedOnce(runtime, prologue);
  let entries: readonly Entry[] = []; // the last used first
  const names = Object.keys(prologue.feeds);
  const compute = async (feeds: HostTensors): Promise<State> => {
    const loaded = program.load();
    const state = await runtime.createState(mapValues(types, zeros));
    try {
      await (await loaded).run(feeds, { state }); // the signal of one caller does not end what others wait for
    } catch (error) {
      await state[Symbol.asyncDispose]();
      throw error;
    }
    return state;
  };
  const keep = (next: readonly Entry[]): Promise<unknown> => {
    const dropped = entries.filter((entry) => !next.includes(entry));
    entries = next;
    return Promise.all(dropped.map(({ state }) => dispose(state)));
  };
  return {
    async stateFor(all) {
      const feeds = Object.fromEntries(names.map((name) => [name, lookup(all, name)]));
      const existing = entries.find((entry) => sameValues(entry.feeds, feeds));
      const entry = existing ?? { feeds: copyTensors(feeds), state: compute(feeds) };
      await keep([entry, ...entries.filter((other) => other !== entry)].slice(0, CAPACITY));
      return entry.state.catch(async (error: unknown) => {
        await keep(entries.filter((other) => other !== entry));
        throw error;
      });
    },
    async [Symbol.asyncDispose]() {
      await keep([]);
      await program[Symbol.asyncDispose]();
    },
  };
}

const sameValues = (a: HostTensors, b: HostTensors): boolean =>
  Object.entries(a).every(([name, { data }]) => {
    const other = lookup(b, name).data;
    return data.length === other.length && data.every((value, i) => value === other[i]);
  });
