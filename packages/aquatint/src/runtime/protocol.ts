import type { Executable } from "../compiler/executable.ts";
import type { Layout } from "../compiler/nchwc/layout.ts";
import type { ErrorCode } from "../errors.ts";
import { copyTensor } from "../graph/host-tensor.ts";
import type { HostTensors } from "../graph/types.ts";
import type { Device } from "./types.ts";

/** Options of the worker, set once. */
export interface OpenOptions {
  /** The platform's first device when absent. */
  readonly device?: Device | undefined;
  /** At most so many threads. */
  readonly threads?: number | undefined;
  /** Run ops that the device lacks on the CPU; true when absent. */
  readonly cpuFallback?: boolean | undefined;
  /** Browser only: the folder, or the files, of onnxruntime-web's wasm. */
  readonly wasmPaths?: WasmPaths | undefined;
  /** A model of one node, loaded to learn whether the device works. */
  readonly probe: Uint8Array<ArrayBuffer>;
  /** A model that shows how the device lays channels in blocks. */
  readonly layoutProbe: Uint8Array<ArrayBuffer>;
  /** A model that shows whether products of 8 bits overflow. */
  readonly int8Probe: Uint8Array<ArrayBuffer>;
}
/** URLs of onnxruntime-web's files: a prefix, or the URL of each. */
export type WasmPaths = string | { readonly wasm?: string; readonly mjs?: string };

/** Device, threads and layout of an open worker. */
export interface RuntimeInfo {
  readonly device: Device;
  readonly devices: readonly Device[];
  readonly threads: number;
  readonly layout: Layout;
}

interface Call<Params, Result> {
  readonly params: Params;
  readonly result: Result;
}

/** Everything that the host can ask of the worker. Programs and states are numbered by the host. */
export interface Calls {
  open: Call<OpenOptions, RuntimeInfo>;
  load: Call<{ readonly program: number; readonly executable: Executable }, null>;
  run: Call<{ readonly program: number; readonly state?: number; readonly feeds: HostTensors }, HostTensors>;
  unload: Call<{ readonly program: number }, null>;
  createState: Call<{ readonly state: number; readonly tensors: HostTensors }, null>;
  readState: Call<{ readonly state: number; readonly names: readonly string[] }, HostTensors>;
  writeState: Call<{ readonly state: number; readonly tensors: HostTensors }, null>;
  disposeState: Call<{ readonly state: number }, null>;
  close: Call<null, null>;
}
/** The name of a call. */
export type CallName = keyof Calls;
/** Parameters of a call. */
export type Params<K extends CallName> = Calls[K]["params"];
/** Result of a call. */
export type Result<K extends CallName> = Calls[K]["result"];

/** One call. The host sends the next only after the answer to the one before, so answers need no number. */
export interface Request<K extends CallName = CallName> {
  readonly call: K;
  readonly params: Params<K>;
  /** Commit the state updates of the run just answered: only the host knows if that run was aborted. */
  readonly keep: boolean;
}

/** An error in a form that crosses to another thread. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}
/** The answer to a call: a result or a failure. */
export type Answer =
  | { readonly ok: true; readonly result: Result<CallName> }
  | { readonly ok: false; readonly failure: Failure };

/** A result with the buffers of it that are transferred. */
export interface Reply<R> {
  readonly result: R;
  readonly transfer: ArrayBuffer[];
}
/** The reply of a call that only does something. */
export const emptyReply: Reply<null> = { result: null, transfer: [] };
/** The worker's functions, one for each call. */
export type Handlers = { readonly [K in CallName]: (params: Params<K>) => Promise<Reply<Result<K>>> };

/** Private copies of tensors. */
export const copyTensors = (tensors: HostTensors): HostTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, copyTensor(tensor)]));

/** The buffers behind tensors, each once, to be transferred. */
export const buffersOf = (tensors: HostTensors): ArrayBuffer[] => [
  ...new Set(Object.values(tensors).flatMap(({ data }) => (data.buffer instanceof ArrayBuffer ? [data.buffer] : []))),
];
