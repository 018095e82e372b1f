import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostTensors } from "../../graph/types.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { Training } from "../config/training.ts";
import { lineTask, lineTraining } from "../line.cases.ts";
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "../run/checkpoint.ts";
import { openSession } from "./session.ts";
import type { Task } from "./task.ts";
import type { StepEvent } from "./train.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

interface Trained {
  readonly events: readonly StepEvent[];
  /** Through its file form, after each step. */
  readonly checkpoints: readonly TrainingCheckpoint[];
}

async function trained(
  training: Training,
  task: Task = lineTask(training),
  checkpoint?: TrainingCheckpoint,
): Promise<Trained> {
  await using session = await openSession({ config: { training }, task, runtime, checkpoint });
  const events: StepEvent[] = [];
  const checkpoints: TrainingCheckpoint[] = [];
  for await (const event of session.steps()) {
    events.push(event);
    const { step, position } = event;
    const bytes = await encodeCheckpoint({ step, seconds: 1, position, ...(await session.remembered()) });
    checkpoints.push(await decodeCheckpoint(bytes, { name: "test" }));
  }
  return { events, checkpoints };
}
const plain = (tensors: HostTensors) =>
  Object.fromEntries(Object.entries(tensors).map(([k, { data }]) => [k, Array.from(data)]));
const last = ({ checkpoints }: Trained) => plain(checkpoints.at(-1)!.tensors);
const difference = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));

test.each([
  ["one phase", {}, false],
  ["two phases, one of them twice a step", {}, true],
  ["parts of batches", { accumulate: 2 }, false],
  ["momentum", { optimizer: { name: "sgd" }, learning_rate: 0.01 }, false],
] as const)(
  "with %s a run that goes on from a checkpoint equals one that was not stopped, to the last bit",
  async (_, of, duel) => {
    const training = lineTraining(of);
    const uninterrupted = await trained(training, lineTask(training, { duel }));
    expect(last(await trained(training, lineTask(training, { duel })))).toEqual(last(uninterrupted));
    const resumed = await trained(training, lineTask(training, { duel }), uninterrupted.checkpoints[3]);
    expect(resumed.events.map(({ step }) => step)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(last(resumed)).toEqual(last(uninterrupted));
    expect(resumed.checkpoints.at(-1)!.position).toEqual(uninterrupted.checkpoints.at(-1)!.position);
  },
);

test("a batch computed in parts makes the steps of the whole batch", async () => {
  const [single, parts] = [await trained(lineTraining()), await trained(lineTraining({ accumulate: 4 }))];
  for (const [i, event] of single.events.entries()) {
    expect(parts.events[i]!.loss).toBeCloseTo(event.loss, 5);
    expect(parts.events[i]!.gradNorm).toBeCloseTo(event.gradNorm, 4);
    expect(parts.events[i]!.metrics["samples"]).toBe(4);
  }
  const [a, b] = [last(single), last(parts)];
  expect(Object.keys(b)).toEqual(Object.keys(a));
  for (const name of Object.keys(a)) expect(difference(a[name]!, b[name]!), name).toBeLessThan(1e-5);
});

test("phases run in order, each with its own parameters, and their metrics carry their names", async () => {
  const training = lineTraining();
  const { events, checkpoints } = await trained(training, lineTask(training, { duel: true }));
  expect(Object.keys(events[0]!.metrics).sort()).toEqual(
    ["body.gradNorm", "body.loss", "body.samples", "body.worst"].concat([
      "head.gradNorm",
      "head.loss",
      "head.samples",
      "head.worst",
    ]),
  );
  expect(events[0]!.loss).toBe(events[0]!.metrics["head.loss"]);
  const names = Object.keys(checkpoints[0]!.tensors);
  expect(names).not.toContain("ema/body");
  expect(names).toContain("ema/head");
});

test("frozen parameters stay and keep no moments; groups have rates of their own", async () => {
  const training = lineTraining({
    freeze: ["hea*"],
    groups: [{ match: ["bias"], learning_rate: 1e-12, weight_decay: 0, ema: null }],
    warmup_steps: 0,
  });
  const { checkpoints } = await trained(training);
  const moved = (name: string) => {
    const [from, to] = [plain(checkpoints[0]!.tensors), plain(checkpoints.at(-1)!.tensors)];
    return difference(from[`weights/${name}`]!, to[`weights/${name}`]!);
  };
  expect(moved("head")).toBe(0);
  expect(moved("bias")).toBeLessThan(1e-9);
  expect(moved("body")).toBeGreaterThan(1e-2);
  expect(Object.keys(checkpoints[0]!.tensors).sort()).toEqual(
    ["adam.m/bias", "adam.m/body", "adam.v/bias", "adam.v/body", "ema/body"].concat([
      "weights/bias",
      "weights/body",
      "weights/head",
    ]),
  );
});

test("weights that the task brings are where the run begins; the others are drawn", async () => {
  const training = lineTraining({ freeze: ["*"], groups: [] });
  const brought = { dtype: "float32", shape: [8, 1], data: new Float32Array(8).fill(0.5) } as const;
  const free = lineTraining({ freeze: ["head"] });
  const task: Task = { ...lineTask(free), initial: async () => new Map([["head", brought]]) };
  const { checkpoints } = await trained(free, task);
  expect(plain(checkpoints.at(-1)!.tensors)["weights/head"]).toEqual(Array.from(brought.data));
  await expect(trained(training)).rejects.toMatchObject({ code: "train/nothing" });
});

test("a pattern that fits nothing is an error with a name that there is", async () => {
  await expect(trained(lineTraining({ freeze: ["heda"] }))).rejects.toMatchObject({
    code: "config/pattern",
    hint: expect.stringContaining('"head"'),
  });
});

test("a loss that is no number ends the run with its step", async () => {
  const training = lineTraining({ optimizer: { name: "sgd" }, learning_rate: 1e30, clip_norm: null, ema: null });
  await expect(trained(training)).rejects.toMatchObject({
    code: "train/diverged",
    message: expect.stringMatching(/(loss|gradNorm) became (NaN|Infinity) at step \d/),
  });
});

test("a run ends where its loss no longer falls, also when it was resumed meanwhile", async () => {
  const plateau = { window: 2, patience: 3, improvement: 0.5 };
  const training = lineTraining({ steps: 50, plateau, learning_rate: 1e-9 });
  const uninterrupted = await trained(training);
  expect(uninterrupted.events.at(-1)).toMatchObject({ ended: "plateau" });
  const resumed = await trained(training, lineTask(training), uninterrupted.checkpoints[1]);
  expect(resumed.events.at(-1)!.step).toBe(uninterrupted.events.at(-1)!.step);
});
