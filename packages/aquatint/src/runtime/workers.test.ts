import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { createRuntime } from "./client.ts";
import type { Connect } from "./line.ts";
import { average, descend, float } from "./models.cases.ts";
import { nodeRuntime } from "./node.ts";
import type { Runtime } from "./types.ts";

/**
 * A runtime whose worker dies at the call after `doom`, or at once by `kill`. Not within ONNX Runtime: a thread that is
 * ended there takes the process with it.
 */
async function mortal() {
  const workers: Worker[] = [];
  let doomed = false;
  const connect: Connect = ({ answered, died }) => {
    const worker = new Worker(new URL("./node-worker-source.mjs", import.meta.url), { execArgv: [] });
    workers.push(worker);
    worker.on("message", answered);
    worker.on("exit", (code) => died(new Error(`exit code ${code}`)));
    return {
      post(request, transfer) {
        if (doomed) void worker.terminate();
        else worker.postMessage(request, transfer);
        doomed = false;
      },
      hold: () => {},
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
const fresh = (runtime: Runtime) => runtime.createState({ w: float(1, 1, 1), m: float(0, 0, 0) });

test("a dead worker is replaced: it says what was lost, programs load themselves again, states are gone", async () => {
  const { runtime, doom, started } = await mortal();
  await using _ = runtime;
  const [descending, averaging] = [await runtime.load(descend), await runtime.load(average)];
  const state = await fresh(runtime);
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
  const lost = { code: "runtime/state-lost", message: expect.stringContaining("w and 1 more") };
  await expect(state.read()).rejects.toMatchObject(lost);
  await expect(state.write({})).rejects.toMatchObject(lost);
  await expect(descending.run(half, { state })).rejects.toMatchObject(lost);
  await state[Symbol.asyncDispose]();

  const again = await fresh(runtime);
  const both = await Promise.all([descending.run(half, { state: again }), descending.run(half, { state: again })]);
  expect(both.map(({ step }) => [...step!.data])).toEqual([
    [0.5, 1, 1.5],
    [0.5, 1, 1.5],
  ]);
  await averaging.run({}, { state: again });
  expect(await again.read(["w"])).toEqual({ w: float(0, -1, -2) });
  expect(started()).toBe(2);
});

test("the worker that Node starts is watched, too", async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker) => workers.push(worker);
  process.on("worker", note);
  try {
    await using runtime = await nodeRuntime({ threads: 1 });
    const program = await runtime.load(descend);
    const state = await fresh(runtime);
    await workers[0]!.terminate();
    await expect(program.run(half, { state })).rejects.toHaveProperty("code", "runtime/state-lost");
    const { step } = await program.run(half, { state: await fresh(runtime) });
    expect([...step!.data]).toEqual([0.5, 1, 1.5]);
    expect(workers).toHaveLength(2);
  } finally {
    process.off("worker", note);
  }
});

test("a program that is disposed of after its worker has died needs no new one", async () => {
  const { runtime, kill, started } = await mortal();
  const program = await runtime.load(descend);
  const state = await fresh(runtime);
  await kill();
  await program[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await expect(runtime.load(descend)).rejects.toHaveProperty("code", "runtime/disposed");
  expect(started()).toBe(1);
});
