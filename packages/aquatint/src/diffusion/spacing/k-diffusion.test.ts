import { describe, expect, test } from "vitest";
import reference from "../../../test/fixtures/k-diffusion.json" with { type: "json" };
import { publishedConfigs } from "../../../test/sampler-walk.ts";
import { torchCpu } from "../../math/random.ts";
import { schedulerSettings } from "../diffusers/scheduler-config.ts";
import { noiseRatio } from "../process/coordinates.ts";
import type { Latent } from "../process/latent.ts";
import { scheduler } from "../scheduler.ts";
import { withSampler } from "../with-sampler.ts";

// Written by bench/peers/sampler_walks.py with k-diffusion 0.1.1, which also says what the network is.
const config = publishedConfigs["SD 1.x"]!;
const sigmaLists = Object.entries<Readonly<Record<string, readonly number[]>>>(reference.sigmas);

function expectClose(actual: number, expected: number) {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-4 * Math.max(Math.abs(expected), 0.01));
}

/** As many steps as asked for, from the cleanest up: the programs themselves make one more where they do not divide T. */
const prefixOf = (schedule: string, sigmas: readonly number[], n: number) =>
  schedule === "DDIM" ? sigmas.slice(-n - 1) : sigmas;

describe.each(sigmaLists)("the sigmas of %s", (schedule, lists) => {
  test.each(Object.entries(lists))("over %s steps are the program's", (count, sigmas) => {
    const n = Number(count);
    const settings = withSampler(schedulerSettings(config), `Euler ${schedule}`);
    const actual = settings.path(n).levels.map(noiseRatio);
    const expected = prefixOf(schedule, sigmas, n);
    expect(actual).toHaveLength(expected.length);
    expected.forEach((sigma, i) => {
      expectClose(actual[i]!, sigma);
    });
  });
});

test.each(reference.walks)(
  "$sampler $schedule over $steps steps walks as k-diffusion's, predicting $target",
  async ({ sampler, schedule, steps, target, rows }) => {
    const settings = withSampler(schedulerSettings({ ...config, prediction_type: target }), `${sampler} ${schedule}`);
    const { levels } = settings.path(steps);
    const first = noiseRatio(levels[0]!) / Math.hypot(noiseRatio(levels[0]!), 1);
    const x = torchCpu(100)
      .randn(256)
      .map((value) => value * first);
    const stream = torchCpu(7);
    const noise = () => stream.randn(256);
    const network = async (input: Latent, t: number) => input.map((value) => (value * t) / (t + 1));
    const trajectory = [x.slice(0, 3)];
    for await (const step of scheduler(settings).run({ steps, x, rows: 1, network, noise })) {
      if (step.final) trajectory.push(step.x.slice(0, 3));
    }
    expect(trajectory).toHaveLength(rows.length);
    rows.forEach((row, i) => {
      const scale = levels[i]!.alpha;
      row.forEach((value, k) => {
        expectClose(trajectory[i]![k]! / scale, value);
      });
    });
  },
);
