import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import type { RunEvent } from "../../train/run/events.ts";
import { Interrupted } from "../io.ts";
import { reportTraining } from "./train.ts";

const cwd = "/work";
const folder = join(cwd, "runs/emoji");
const started = {
  type: "start",
  folder,
  parameters: 2_345_678,
  step: 10,
  steps: 12,
  batchSize: 8,
  device: "cpu",
} as const;
const image = { width: 1, height: 2, channels: 3, data: Uint8Array.of(255, 0, 0, 0, 0, 255) } as const;
const step = (at: number, loss: number): RunEvent => ({
  type: "step",
  step: at,
  loss,
  gradNorm: 1,
  metrics: { loss_0_25: loss * 2, loss_25_50: loss, psnr: 12.5 },
  progress: (at - 1) / 12,
  learningRate: 1e-3,
  seconds: at / 4,
  secondsPerStep: 0.25,
  secondsLeft: (12 - at) / 4,
});

async function* run(): AsyncGenerator<RunEvent> {
  yield started;
  yield step(11, 0.5);
  yield { type: "samples", path: join(folder, "samples/step-0000011.png"), step: 11, images: [image] };
  yield step(12, 0.4);
  yield { type: "checkpoint", path: join(folder, "checkpoints/step-0000012.safetensors"), step: 12 };
  yield { type: "evaluation", step: 12, metrics: { loss: 0.5, loss_0_25: 0.75, loss_25_50: 0.25, psnr: 12.34567 } };
  yield { type: "model", path: join(folder, "model"), ended: "steps" };
}

test("a run tells where it is going, what it wrote, and on stdout where the model is", async () => {
  const { io, out, err } = capturedIo({ cwd });
  await reportTraining(run(), { io });
  expect(err().split("\n")).toEqual([
    "training 2.35 million weights for 12 steps on cpu in runs/emoji, from step 10",
    "drew runs/emoji/samples/step-0000011.png at step 11",
    "saved runs/emoji/checkpoints/step-0000012.safetensors at step 12",
    "held-out data at step 12: loss 0.5 (0–25 % 0.75, 25–50 % 0.25)  psnr 12.35",
    "",
  ]);
  expect(out()).toBe("runs/emoji/model\n");
});

const terminal = { cwd, isTTY: true, env: { COLORTERM: "truecolor" } };

test("a terminal sees the loss, its parts, the speed and the time left, and images; nothing of it stays", async () => {
  const { io, err } = capturedIo(terminal);
  await reportTraining(run(), { io });
  const text = stripVTControlCharacters(err());
  expect(text).toMatch(
    /step 11 of 12 {2}0\.3 s left\nloss +0\.5 {2}last 0\.5 {2}▁\nloss by t +0–25 % 1 {2}25–50 % 0\.5\n/,
  );
  expect(text).toMatch(
    /psnr 12\.5\nspeed +32 samples\/s {2}0\.25 s a step, 2\.8 s so far\nrate +0\.001 {2}gradient {2}1\n/,
  );
  expect(err()).toContain("drew runs/emoji/samples/step-0000011.png at step 11\n\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m▀");
  expect(err()).toContain("\r\x1b[7A\x1b[Jsaved ");
});

test("without colors there are lines, on a terminal too", async () => {
  const { io, err } = capturedIo({ cwd, isTTY: true, env: { NO_COLOR: "1" } });
  await reportTraining(run(), { io });
  expect(err()).not.toContain("\x1b");
  expect(err()).toContain("drew runs/emoji/samples");
});

test("quiet leaves the model's folder alone", async () => {
  const { io, out, err } = capturedIo(terminal);
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
