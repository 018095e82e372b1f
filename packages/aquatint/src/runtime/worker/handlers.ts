import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-common";
import type { Executable } from "../../compiler/executable.ts";
import { AquatintError } from "../../errors.ts";
import { copyTensor } from "../../graph/host-tensor.ts";
import type { HostTensors } from "../../graph/types.ts";
import { emptyReply, type Handlers } from "../protocol.ts";
import { ortError } from "./ort-error.ts";
import { createSessions, type Platform, type Sessions } from "./sessions.ts";
import {
  createStateStore,
  replyWith,
  type StateStore,
  type TensorMap,
  takeFrom,
  tensorName,
  toHost,
  toTensors,
} from "./state-store.ts";

/** The worker's side of the protocol. Its host never makes two calls at once. */
export interface RequestHandlers {
  /** Keeps or drops the state updates of the last run; said with every call. */
  commit(keep: boolean): void;
  readonly handlers: Handlers;
}

/** Programs and states of one worker, with ONNX Runtime behind them. */
export function createHandlers(platform: Platform): RequestHandlers {
  const { Tensor } = platform.ort;
  const states = createStateStore(Tensor);
  const sessions = createSessions(platform);
  const programs = new Map<number, LoadedProgram>();
  return {
    commit: states.commit,
    handlers: {
      ...states.handlers,
      ...programHandlers({ Tensor, states, sessions, programs }),
      open: async (options) => ({ result: await sessions.open(options), transfer: [] }),
      async close() {
        for (const { session } of programs.values()) await session.release();
        programs.clear();
        states.clear();
        return emptyReply;
      },
    },
  };
}

interface LoadedProgram {
  readonly session: InferenceSession;
  readonly executable: Program;
}
interface Parts {
  readonly Tensor: TensorConstructor;
  readonly states: StateStore;
  readonly sessions: Sessions;
  readonly programs: Map<number, LoadedProgram>;
}

const programHandlers = ({ Tensor, states, sessions, programs }: Parts): Pick<Handlers, "load" | "run" | "unload"> => ({
  async load({ program, executable: { model, ...executable } }) {
    const { packed: _, ...plain } = executable; // the disk may be full, or the folder gone
    const session = await sessions
      .create(model, executable)
      .catch((error: unknown) =>
        executable.packed?.use === "write" ? sessions.create(model, plain) : Promise.reject(error),
      )
      .catch(rethrowFrom("load"));
    programs.set(program, { session, executable });
    return emptyReply;
  },
  async run({ program, state, feeds }) {
    const { session, executable } = takeFrom(programs, program, "program");
    const tensors: TensorMap = state === undefined ? new Map() : states.get(state);
    const inputs = toTensors(Tensor, feeds);
    for (const name of Object.keys(executable.stateInputs)) inputs.set(name, current(tensors, name));
    const outputs = await session.run(Object.fromEntries(inputs)).catch(rethrowFrom("run"));
    const updates = updatesOf(executable, tensors, outputs);
    const results = resultsOf(executable, outputs);
    states.stage(tensors, updates);
    return replyWith(results);
  },
  async unload({ program }) {
    const { session } = takeFrom(programs, program, "program");
    programs.delete(program);
    await session.release();
    return emptyReply;
  },
});

const current = (state: TensorMap, name: string): Tensor => takeFrom(state, name, "tensor of the state");
const rethrowFrom =
  (action: "load" | "run") =>
  (error: unknown): never => {
    throw ortError(action, error);
  };

type Outputs = InferenceSession.ReturnType;
type Program = Omit<Executable, "model">;

function updatesOf({ updates }: Program, state: TensorMap, outputs: Outputs): TensorMap {
  const tensors = Object.entries(updates).map(([output, name]) => [name, outputNamed(outputs, output)] as const);
  for (const [name, tensor] of tensors) {
    const [actual, expected] = [tensor, current(state, name)].map(tensorName);
    if (actual !== expected) {
      throw new AquatintError(
        "runtime/state",
        `a program gave ${actual} for "${name}" of the state, which is ${expected}`,
      );
    }
  }
  return new Map(tensors);
}

// An output that is kept in the state as well is copied, because what crosses is given away.
function resultsOf({ results, updates }: Program, outputs: Outputs): HostTensors {
  const read = (name: string) => {
    const tensor = toHost(outputNamed(outputs, name));
    return Object.hasOwn(updates, name) ? copyTensor(tensor) : tensor;
  };
  return Object.fromEntries(Object.keys(results).map((name) => [name, read(name)]));
}

function outputNamed(outputs: Outputs, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new AquatintError("runtime/failed", `the program has no output "${name}"`);
  return tensor;
}
