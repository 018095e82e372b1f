import { expect, test } from "vitest";
import { capturedIo } from "../../test/captured-io.ts";
import type { TrainConfig } from "../train/config/config.ts";
import type { DryRunEvent } from "../train/run/dry-run.ts";
import { reportDryRun } from "./dry-run.ts";

const MIB = 2 ** 20;
const config = { task: "autoencoder", dataset: { name: "digits" }, preset: "quick" } as TrainConfig;
const plan: DryRunEvent = {
  type: "plan",
  config,
  plan: {
    parts: [
      { name: "vae", parameters: 3_400_000, frozen: 1_500_000 },
      { name: "features", parameters: 800_000, frozen: 800_000 },
    ],
    weights: 16 * MIB,
    gradients: 8 * MIB,
    optimizer: 15.5 * MIB,
    averages: 8 * MIB,
  },
  preset: [
    ["training.minutes", 30],
    ["training.ema", { steps: 200 }],
  ],
  device: "cpu",
};
const pace: DryRunEvent = {
  type: "pace",
  secondsPerStep: 0.25,
  samplesPerSecond: 64,
  secondsToLoad: 3,
  secondsInAll: 1800,
  stepsInAll: 7200,
  memory: 512 * MIB,
};

async function report(...events: readonly DryRunEvent[]): Promise<string> {
  const { io, out } = capturedIo({ cwd: "." });
  await reportDryRun(
    (async function* () {
      yield* events;
    })(),
    io,
  );
  return out();
}

test("a dry run says what the preset set, the parts, the memory, the pace and the length", async () => {
  expect(await report(plan, pace)).toBe(`task             autoencoder on digits, cpu
preset quick     training.minutes = 30
                 training.ema = {"steps":200}
vae              3,400,000 parameters, 1,500,000 of them frozen
features         800,000 parameters, frozen
memory planned   47.5 MiB before activations, of which
  weights        16.0 MiB
  gradients      8.0 MiB
  optimizer      15.5 MiB
  averages       8.0 MiB
                 measuring three steps…
memory measured  512.0 MiB at most: the above, activations, data and programs
loading          3.0 s
a step           0.250 s, 64.0 samples a second
the run          7,200 steps, 30 min without samples and checkpoints
`);
});

test("a run without a length ends where its loss does not fall", async () => {
  const { stepsInAll: _, secondsInAll: __, ...open } = pace;
  expect(await report(open)).toContain("the run          until the loss no longer falls\n");
});
