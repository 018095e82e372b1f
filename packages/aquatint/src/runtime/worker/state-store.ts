import type { Tensor, TensorConstructor } from "onnxruntime-common";
import { AquatintError } from "../../errors.ts";
import { copyTensor, hostArrays, hostTensor } from "../../graph/host-tensor.ts";
import type { DType, HostTensor, HostTensors } from "../../graph/types.ts";
import { buffersOf, emptyReply, type Handlers, type Reply } from "../protocol.ts";

/** The tensors of one state, in the worker. */
export type TensorMap = Map<string, Tensor>;

/** The states of one worker. */
export interface StateStore {
  get(state: number): TensorMap;
  /** Sets aside what a run wants to change, until the host says whether that run still counts. */
  stage(tensors: TensorMap, updates: TensorMap): void;
  /** Makes the proposed changes, or drops them. */
  commit(keep: boolean): void;
  clear(): void;
  readonly handlers: Pick<Handlers, "createState" | "readState" | "writeState" | "disposeState">;
}

/** Keeps the states of one worker. */
export function createStateStore(Tensor: TensorConstructor): StateStore {
  const states = new Map<number, TensorMap>();
  let staged: { readonly tensors: TensorMap; readonly updates: TensorMap } | undefined;
  return {
    get: (state) => takeFrom(states, state, "state"),
    stage(tensors, updates) {
      staged = { tensors, updates };
    },
    commit(keep) {
      if (keep && staged) assign(staged.tensors, staged.updates);
      staged = undefined;
    },
    clear: () => states.clear(),
    handlers: stateHandlers(Tensor, states),
  };
}

const stateHandlers = (Tensor: TensorConstructor, states: Map<number, TensorMap>): StateStore["handlers"] => ({
  async createState({ state, tensors }) {
    states.set(state, toTensors(Tensor, tensors));
    return emptyReply;
  },
  async readState({ state, names }) {
    const current = takeFrom(states, state, "state");
    const read = (name: string) => copyTensor(toHost(takeFrom(current, name, "tensor of the state")));
    return replyWith(Object.fromEntries(names.map((name) => [name, read(name)])));
  },
  async writeState({ state, tensors }) {
    assign(takeFrom(states, state, "state"), toTensors(Tensor, tensors));
    return emptyReply;
  },
  async disposeState({ state }) {
    states.delete(state);
    return emptyReply;
  },
});

function assign(current: TensorMap, updates: TensorMap): void {
  for (const [name, tensor] of updates) current.set(name, tensor);
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
export const toTensors = (Tensor: TensorConstructor, tensors: HostTensors): TensorMap =>
  new Map(Object.entries(tensors).map(([name, { dtype, shape, data }]) => [name, new Tensor(dtype, data, shape)]));

/** The values of a tensor of ONNX Runtime that lives on the CPU, over the same memory. */
export function toHost(tensor: Tensor): HostTensor {
  const { type, dims, data } = tensor;
  const dtype = dtypes.find((supported) => supported === type);
  if (dtype === undefined || !isHostData(data)) {
    throw new AquatintError("runtime/failed", `a program gave ${tensorName(tensor)}; only ${dtypes.join(", ")} cross`);
  }
  return hostTensor({ dtype, shape: dims }, data);
}

const dtypes: readonly DType[] = ["float32", "int32", "bool", "int8", "uint8"];
const isHostData = (data: Tensor["data"]): data is HostTensor["data"] =>
  Object.values(hostArrays).some((array) => data instanceof array);

/** The type of a tensor of ONNX Runtime, written as `typeName` writes ours. */
export const tensorName = ({ type, dims }: Pick<Tensor, "type" | "dims">): string => `${type}[${dims.join(",")}]`;
