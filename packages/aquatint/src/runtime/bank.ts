import type { Tensor, TensorConstructor } from "onnxruntime-common";
import { AquatintError } from "../errors.ts";
import type { DType, HostTensor, HostTensors } from "../graph/types.ts";
import { buffersOf, copyTensor, done, type Handlers, type Reply } from "./protocol.ts";

/** The tensors of one state, in the worker. */
export type Bank = Map<string, Tensor>;

/** The states of one worker. */
export interface Banks {
  take(state: number): Bank;
  /** Sets aside what a run wants to change, until the host says whether that run still counts. */
  propose(bank: Bank, updates: Bank): void;
  /** Makes the proposed changes, or drops them. */
  settle(keep: boolean): void;
  clear(): void;
  readonly handlers: Pick<Handlers, "createState" | "readState" | "writeState" | "disposeState">;
}

/** Keeps the states of one worker. */
export function createBanks(Tensor: TensorConstructor): Banks {
  const banks = new Map<number, Bank>();
  let proposed: { readonly bank: Bank; readonly updates: Bank } | undefined;
  return {
    take: (state) => takeFrom(banks, state, "state"),
    propose(bank, updates) {
      proposed = { bank, updates };
    },
    settle(keep) {
      if (keep && proposed) assign(proposed.bank, proposed.updates);
      proposed = undefined;
    },
    clear: () => banks.clear(),
    handlers: stateHandlers(Tensor, banks),
  };
}

const stateHandlers = (Tensor: TensorConstructor, banks: Map<number, Bank>): Banks["handlers"] => ({
  async createState({ state, tensors }) {
    banks.set(state, toTensors(Tensor, tensors));
    return done;
  },
  async readState({ state, names }) {
    const bank = takeFrom(banks, state, "state");
    const read = (name: string) => copyTensor(toHost(takeFrom(bank, name, "tensor of the state")));
    return replyWith(Object.fromEntries(names.map((name) => [name, read(name)])));
  },
  async writeState({ state, tensors }) {
    assign(takeFrom(banks, state, "state"), toTensors(Tensor, tensors));
    return done;
  },
  async disposeState({ state }) {
    banks.delete(state);
    return done;
  },
});

function assign(bank: Bank, updates: Bank): void {
  for (const [name, tensor] of updates) bank.set(name, tensor);
}

/** The answer that hands tensors over. */
export const replyWith = (tensors: HostTensors): Reply<HostTensors> => ({
  result: tensors,
  transfer: buffersOf(tensors),
});

/** The entry of `map`, which the host has checked to be there. */
export function takeFrom<K, V>(map: ReadonlyMap<K, V>, key: K, what: string): V {
  const value = map.get(key);
  if (value === undefined) throw new AquatintError("runtime/failed", `the worker has no ${what} "${key}"`);
  return value;
}

/** ONNX Runtime's tensors over the same memory. */
export const toTensors = (Tensor: TensorConstructor, tensors: HostTensors): Bank =>
  new Map(Object.entries(tensors).map(([name, { dtype, shape, data }]) => [name, new Tensor(dtype, data, shape)]));

/** The values of a tensor of ONNX Runtime that lives on the CPU, over the same memory. */
export function toHost(tensor: Tensor): HostTensor {
  const { type, dims, data } = tensor;
  const dtype = dtypes.find((known) => known === type);
  if (dtype === undefined || !isHostData(data)) {
    throw new AquatintError("runtime/failed", `a program gave ${tensorName(tensor)}; only ${dtypes.join(", ")} cross`);
  }
  return { dtype, shape: dims, data };
}

const dtypes: readonly DType[] = ["float32", "int32", "bool"];
const isHostData = (data: Tensor["data"]): data is HostTensor["data"] =>
  data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array;

/** The type of a tensor of ONNX Runtime, written as `typeName` writes ours. */
export const tensorName = ({ type, dims }: Pick<Tensor, "type" | "dims">): string => `${type}[${dims.join(",")}]`;
