import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { average, descend, float } from "../cases/models.cases.ts";
import { createNativeLock } from "../connect/native-lock.ts";
import { nodeRuntime } from "../runtime.node.ts";
import type { Runtime } from "../types.ts";
import type { Connect } from "./request-queue.ts";
import { createRuntime } from "./runtime.ts";

/**
 * A runtime whose worker dies at the call after `doom`, or at once by `kill`. Not within ONNX Runtime: a thread that is
 * ended there takes the process with it.
 */
async function mortal() {
  const workers: Worker[] = [];
  let doomed = false;
  const connect: Connect = ({ onAnswer, onExit }) => {
    const workerData = { lock: createNativeLock() };
    const worker = new Worker(new URL("../worker-source.node.mjs", import.meta.url), { execArgv: [], workerData });
    workers.push(worker);
    worker.on("message", onAnswer);
    worker.on("exit", (code) => onExit(new Error(`exit code ${code}`)));
    return {
      post(request, transfer) {
        if (doomed) void worker.terminate();
        else worker.postMessage(request, transfer);
        doomed = false;
      },
      keepAlive: () => {},
      close: async () => {
        await worker.terminate();
      },
    };
  };
  const runtime = await createRuntime(connect, { threads: 1 });
  const doom = () => {
    doomed = true;
  };
  return { runtime, doom, kill: () => workers.at(-1)!.terminate(), started: () => workers.length };
}
const half = { rate: float(0.5), slope: float(1, 2, 3) };
const newState = (runtime: Runtime) => runtime.createState({ w: float(1, 1, 1), m: float(0, 0, 0) });

test("a dead worker is replaced: it says what was lost, programs load themselves again, states are gone", async () => {
  const { runtime, doom, started } = await mortal();
  await using _ = runtime;
  const [descending, averaging] = [await runtime.load(descend), await runtime.load(average)];
  const state = await newState(runtime);
  doom();
  const [running, waiting] = [descending.run(half, { state }), averaging.run({}, { state })];
  for (const outcome of await Promise.allSettled([running, waiting])) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: {
        code: "runtime/worker-died",
        message: expect.stringContaining("1 state lost: w and 1 more (0.0 MB); 2 programs will be loaded again"),
        hint: expect.stringContaining("fresh"),
      },
    });
  }
  const lostError = { code: "runtime/state-lost", message: expect.stringContaining("w and 1 more") };
  await expect(state.read()).rejects.toMatchObject(lostError);
  await expect(state.write({})).rejects.toMatchObject(lostError);
  await expect(descending.run(half, { state })).rejects.toMatchObject(lostError);
  await state[Symbol.asyncDispose]();

  const secondState = await newState(runtime);
  const both = await Promise.all([
    descending.run(half, { state: secondState }),
    descending.run(half, { state: secondState }),
  ]);
  expect(both.map(({ step }) => [...step!.data])).toEqual([
    [0.5, 1, 1.5],
    [0.5, 1, 1.5],
  ]);
  await averaging.run({}, { state: secondState });
  expect(await secondState.read(["w"])).toEqual({ w: float(0, -1, -2) });
  expect(started()).toBe(2);
});

test("the worker that Node starts is watched, too", async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker) => workers.push(worker);
  process.on("worker", note);
  try {
    await using runtime = await nodeRuntime({ threads: 1 });
    const program = await runtime.load(descend);
    const state = await newState(runtime);
    await workers[0]!.terminate();
    await expect(program.run(half, { state })).rejects.toHaveProperty("code", "runtime/state-lost");
    const { step } = await program.run(half, { state: await newState(runtime) });
    expect([...step!.data]).toEqual([0.5, 1, 1.5]);
    expect(workers).toHaveLength(2);
  } finally {
    process.off("worker", note);
  }
});

test("a program that is disposed of after its worker has died needs no new one", async () => {
  const { runtime, kill, started } = await mortal();
  const program = await runtime.load(descend);
  const state = await newState(runtime);
  await kill();
  await program[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await expect(runtime.load(descend)).rejects.toHaveProperty("code", "runtime/disposed");
  expect(started()).toBe(1);
});
