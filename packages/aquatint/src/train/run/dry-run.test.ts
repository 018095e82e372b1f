import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TrainConfig } from "../config/config.ts";
import { lineTask, lineTraining } from "../line.cases.ts";
import { type DryRunEvent, type DryRunPace, dryRun } from "./dry-run.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** Batches that were drawn, and what was told. */
async function dried(options: object) {
  const training = lineTraining(options);
  const task = lineTask(training);
  let drawn = 0;
  const [phase] = task.phases;
  const next = () => {
    drawn++;
    return phase!.next();
  };
  const config = { task: "line", training } as TrainConfig;
  const events: DryRunEvent[] = [];
  const input = { config, task: { ...task, phases: [{ ...phase!, next }] }, runtime, preset: [], memory: () => 123 };
  for await (const event of dryRun(input)) events.push(event);
  const [plan, pace, ...extras] = events;
  expect([plan?.type, pace?.type, extras.length]).toEqual(["plan", "pace", 0]);
  return { plan: (plan as Extract<DryRunEvent, { type: "plan" }>).plan, pace: pace as DryRunPace, drawn };
}

const FLOAT = 4;

test("a plan counts each part's parameters, and what training keeps beside them", async () => {
  const { plan } = await dried({ freeze: ["head"], groups: [{ match: ["bias"], ema: null }], accumulate: 2 });
  expect(plan).toEqual({
    parts: [
      { name: "body", parameters: 16, frozen: 0 },
      { name: "head", parameters: 8, frozen: 8 },
      { name: "bias", parameters: 1, frozen: 0 },
    ],
    weights: 25 * FLOAT,
    gradients: 2 * 17 * FLOAT,
    optimizer: 2 * 17 * FLOAT,
    averages: 16 * FLOAT,
  });
});

test("a pace comes from three steps after a first one, however long the run is", async () => {
  const { pace, drawn } = await dried({ steps: 1000, minutes: 1e6, plateau: { patience: 1 } });
  expect(drawn).toBe(5); // four, and the one that the loop draws ahead
  expect(pace.secondsPerStep).toBeGreaterThan(0);
  expect(pace.samplesPerSecond).toBeCloseTo(4 / pace.secondsPerStep, 6);
  expect(pace.secondsToLoad).toBeGreaterThan(0);
  expect(pace.memory).toBe(123);
  expect(pace.stepsInAll).toBe(1000);
  expect(pace.secondsInAll).toBeCloseTo(1000 * pace.secondsPerStep, 6);
});

test("a run in minutes has as many steps as fit in; one that only a plateau ends has no length", async () => {
  const { pace } = await dried({ steps: undefined, minutes: 5 });
  expect(pace.stepsInAll).toBe(Math.round(300 / pace.secondsPerStep));
  const constant = { learning_rate_schedule: { name: "constant" } };
  const open = await dried({ steps: undefined, plateau: {}, ...constant });
  expect(open.pace.stepsInAll).toBeUndefined();
  expect(open.pace.secondsInAll).toBeUndefined();
});
