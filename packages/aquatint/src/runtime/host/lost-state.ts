import { AquatintError } from "../../errors.ts";
import { sizeOf } from "../../graph/types.ts";
import type { State } from "../types.ts";

/** The states and programs of a runtime, to report what is lost when a worker dies. */
export interface Inventory {
  /** Every state that was not disposed of, with the number of the worker that has it. */
  readonly states: Map<number, { readonly types: State["types"]; readonly worker: number }>;
  readonly programs: Set<number>;
  readonly handles: WeakMap<State, StateHandle>;
}

/** The runtime's own view of a state. */
export interface StateHandle {
  /** Its number in the worker. */
  readonly state: number;
  /** Throws unless it is there, in the worker of this number. */
  check(worker: number): void;
}

/** A description of what is lost with a worker: "2 states are lost: weights/w and 47 more (12.5 MB); 3 programs will be loaded again". */
export function describeLostState(
  { states, programs }: Pick<Inventory, "states" | "programs">,
  worker: number,
): string {
  const lostStates = [...states.values()].filter((state) => state.worker === worker);
  const types = lostStates.map((state) => state.types);
  const programsNote = `${counted(programs.size, "program")} will be loaded again`;
  return lostStates.length
    ? `${counted(lostStates.length, "state")} lost: ${contents(types)}; ${programsNote}`
    : `no state is lost; ${programsNote}`;
}

/** The error of a state whose worker has died. */
export const stateLostError = (types: State["types"]): AquatintError =>
  new AquatintError("runtime/state-lost", `the state was lost when the runtime's worker died: ${contents([types])}`, {
    hint: "create it again; --resume continues training from its last checkpoint",
  });

const BYTES = { float32: 4, int32: 4, bool: 1, int8: 1, uint8: 1 };
function contents(states: readonly State["types"][]): string {
  const tensors = states.flatMap((types) => Object.entries(types));
  const bytes = tensors.reduce((n, [, { dtype, shape }]) => n + BYTES[dtype] * sizeOf(shape), 0);
  const [first = "nothing", ...rest] = tensors.map(([name]) => name);
  const names = rest.length ? `${first} and ${rest.length} more` : first;
  return `${names} (${(bytes / 1e6).toFixed(1)} MB)`;
}
const counted = (n: number, what: string): string => (n === 1 ? `1 ${what}` : `${n} ${what}s`);
