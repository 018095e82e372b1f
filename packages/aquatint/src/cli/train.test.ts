import { join } from "node:path";
import { expect, test } from "vitest";
import { capturedIo } from "../../test/captured-io.ts";
import type { RunEvent } from "../train/events.ts";
import { Interrupted } from "./io.ts";
import { reportTraining } from "./train.ts";

const cwd = "/work";
const folder = join(cwd, "runs/emoji");
const started = { type: "start", folder, parameters: 2_345_678, step: 10, steps: 12, device: "cpu" } as const;
const step = (at: number, loss: number): RunEvent => ({
  type: "step",
  step: at,
  loss,
  gradNorm: 1,
  metrics: {},
  learningRate: 1e-3,
  seconds: at / 4,
  secondsPerStep: 0.25,
  secondsLeft: (12 - at) / 4,
});

async function* run(): AsyncGenerator<RunEvent> {
  yield started;
  yield step(11, 0.5);
  yield { type: "samples", path: join(folder, "samples/step-0000011.png"), step: 11 };
  yield step(12, 0.4);
  yield { type: "checkpoint", path: join(folder, "checkpoints/step-0000012.safetensors"), step: 12 };
  yield { type: "model", path: join(folder, "model"), ended: "steps" };
}

test("a run tells where it is going, what it wrote, and on stdout where the model is", async () => {
  const { io, out, err } = capturedIo({ cwd });
  await reportTraining(run(), { io });
  expect(err().split("\n")).toEqual([
    "training 2.35 million weights for 12 steps on cpu in runs/emoji, from step 10",
    "drew runs/emoji/samples/step-0000011.png at step 11",
    "saved runs/emoji/checkpoints/step-0000012.safetensors at step 12",
    "",
  ]);
  expect(out()).toBe("runs/emoji/model\n");
});

test("a terminal sees a bar with the mean loss and the rate", async () => {
  const { io, err } = capturedIo({ cwd, isTTY: true });
  await reportTraining(run(), { io });
  expect(err()).toMatch(/12\/12 steps {2}loss 0\.4980 {2}4\.0 steps\/s/);
});

test("quiet leaves the model's folder alone", async () => {
  const { io, out, err } = capturedIo({ cwd, isTTY: true });
  await reportTraining(run(), { io, quiet: true });
  expect([out(), err()]).toEqual(["runs/emoji/model\n", ""]);
});

test("an abort is answered at once, and the checkpoint that follows is told", async () => {
  const controller = new AbortController();
  const reason = new Interrupted("SIGINT");
  const { io, err } = capturedIo({ cwd, signal: controller.signal });
  async function* interrupted(): AsyncGenerator<RunEvent> {
    yield started;
    controller.abort(reason);
    yield { type: "checkpoint", path: join(folder, "c.safetensors"), step: 11 };
    throw reason;
  }
  await expect(reportTraining(interrupted(), { io })).rejects.toBe(reason);
  expect(err()).toMatch(/saving a checkpoint.*\nsaved runs\/emoji\/c\.safetensors at step 11\n$/);
});
