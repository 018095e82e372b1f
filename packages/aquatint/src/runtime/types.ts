import type { Executable } from "../compiler/executable.ts";
import type { Layout } from "../compiler/nchwc/layout.ts";
import type { HostTensors, Type } from "../graph/types.ts";

/** A device that runs programs. `Runtime.devices` lists those of the platform. */
export type Device = "cpu" | "wasm" | "webgpu" | "cuda" | "coreml" | "dml";

/** Options of a runtime. */
export interface RuntimeOptions {
  readonly device?: Device | undefined;
  /** At most so many threads for one run; the platform's choice when absent. */
  readonly threads?: number | undefined;
  /** Run ops that the device has no kernel for on the CPU; else loading them fails. True when absent. */
  readonly cpuFallback?: boolean | undefined;
}

/** Options of `Program.run`. */
export interface RunOptions<R extends string = string> {
  /** Needed when the program has `stateInputs`. */
  readonly state?: State | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the results. If it returns false, the state stays as it was, as if the run were aborted. */
  readonly accept?: ((results: HostTensors<R>) => boolean) | undefined;
}

/** A loaded program, with results named `R`. Runs are queued; a run's state updates are all made or none. */
export interface Program<R extends string = string> extends AsyncDisposable {
  readonly executable: Omit<Executable<R>, "model">;
  /** @throws AquatintError "runtime/feed" for a missing, unknown or wrongly typed feed; "runtime/failed" with ONNX Runtime's words. An abort rejects at once with the signal's reason; the call in flight ends in the worker and its results and state updates are discarded. */
  run(feeds: HostTensors, options?: RunOptions<R>): Promise<HostTensors<R>>;
}

/** Named tensors that live in the worker: weights, optimizer moments, EMA. Shared by any number of programs of one runtime. */
export interface State extends AsyncDisposable {
  readonly types: Readonly<Record<string, Type>>;
  /** Copies out the named tensors, all when no names are given. */
  read(): Promise<HostTensors>;
  read<N extends string>(names: readonly N[]): Promise<HostTensors<N>>;
  /** Replaces the named tensors; types must not change. */
  write(tensors: HostTensors): Promise<void>;
}

/**
 * One worker with ONNX Runtime in it. If that dies, every call under way fails with "runtime/worker-died" and says what
 * was lost. The next call starts a fresh worker; programs load themselves again, states are gone ("runtime/state-lost").
 */
export interface Runtime extends AsyncDisposable {
  readonly device: Device;
  /** The devices offered here, the default first. Some need a driver, so opening one may still fail. */
  readonly devices: readonly Device[];
  /** Threads of one run; 1 in a page that is not cross-origin isolated. */
  readonly threads: number;
  /** The layout in which images compute fastest: an option of `compile` for programs of this runtime alone. */
  readonly layout: Layout;
  load<R extends string>(executable: Executable<R>): Promise<Program<R>>;
  createState(tensors: HostTensors): Promise<State>;
}
