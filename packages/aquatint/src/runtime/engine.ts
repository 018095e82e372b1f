import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-common";
import type { Executable } from "../compiler/executable.ts";
import { AquatintError } from "../errors.ts";
import type { HostTensors } from "../graph/types.ts";
import { type Bank, type Banks, createBanks, replyWith, takeFrom, tensorName, toHost, toTensors } from "./bank.ts";
import { copyTensor, done, type Handlers } from "./protocol.ts";
import { refusal } from "./refusal.ts";
import { createSessions, type Platform, type Sessions } from "./sessions.ts";

/** The worker's side of the protocol. Its host never makes two calls at once. */
export interface Engine {
  /** Keeps or drops the state updates of the last run; said with every call. */
  settle(keep: boolean): void;
  readonly handlers: Handlers;
}

/** Programs and states of one worker, with ONNX Runtime behind them. */
export function createEngine(platform: Platform): Engine {
  const { Tensor } = platform.ort;
  const banks = createBanks(Tensor);
  const sessions = createSessions(platform);
  const programs = new Map<number, LoadedProgram>();
  return {
    settle: banks.settle,
    handlers: {
      ...banks.handlers,
      ...programHandlers({ Tensor, banks, sessions, programs }),
      open: async (options) => ({ result: await sessions.open(options), transfer: [] }),
      async close() {
        for (const { session } of programs.values()) await session.release();
        programs.clear();
        banks.clear();
        return done;
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
  readonly banks: Banks;
  readonly sessions: Sessions;
  readonly programs: Map<number, LoadedProgram>;
}

const programHandlers = ({ Tensor, banks, sessions, programs }: Parts): Pick<Handlers, "load" | "run" | "unload"> => ({
  async load({ program, executable: { model, ...executable } }) {
    const session = await sessions.create(model, executable).catch(refused("load"));
    programs.set(program, { session, executable });
    return done;
  },
  async run({ program, state, feeds }) {
    const { session, executable } = takeFrom(programs, program, "program");
    const bank: Bank = state === undefined ? new Map() : banks.take(state);
    const inputs = toTensors(Tensor, feeds);
    for (const name of Object.keys(executable.stateInputs)) inputs.set(name, current(bank, name));
    const outputs = await session.run(Object.fromEntries(inputs)).catch(refused("run"));
    const updates = updatesOf(executable, bank, outputs);
    const results = resultsOf(executable, outputs);
    banks.propose(bank, updates);
    return replyWith(results);
  },
  async unload({ program }) {
    const { session } = takeFrom(programs, program, "program");
    programs.delete(program);
    await session.release();
    return done;
  },
});

const current = (bank: Bank, name: string): Tensor => takeFrom(bank, name, "tensor of the state");
const refused =
  (act: "load" | "run") =>
  (error: unknown): never => {
    throw refusal(act, error);
  };

type Outputs = InferenceSession.ReturnType;
type Program = Omit<Executable, "model">;

function updatesOf({ updates }: Program, bank: Bank, outputs: Outputs): Bank {
  const tensors = Object.entries(updates).map(([output, name]) => [name, outputNamed(outputs, output)] as const);
  for (const [name, tensor] of tensors) {
    const [found, expected] = [tensor, current(bank, name)].map(tensorName);
    if (found !== expected) {
      throw new AquatintError(
        "runtime/state",
        `a program gave ${found} for "${name}" of the state, which is ${expected}`,
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
