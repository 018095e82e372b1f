import { expect, test } from "vitest";
import runs from "../../../test/fixtures/scheduler-options.json" with { type: "json" };
import { torchCpu } from "../../math/random.ts";
import type { Latent } from "../process/latent.ts";
import { schedulerFromConfig } from "./scheduler-config.ts";

interface OptionRun {
  readonly scheduler: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: number;
  readonly factor: number;
  readonly timesteps: readonly number[];
  readonly trajectory: readonly (readonly number[])[];
}

const cases = (runs as readonly OptionRun[]).map((run) => [run.scheduler, JSON.stringify(run.config), run] as const);

// Written by bench/peers/schedulers.py with diffusers 0.36, which also says what the network is.
test.each(cases)(
  "%s with %s runs as diffusers' does",
  async (_, __, { scheduler, config, steps, factor, ...expected }) => {
    const { timesteps, initialNoiseScale, run } = schedulerFromConfig({ _class_name: scheduler, ...config });
    expected.timesteps.forEach((t, i) => {
      expect(Math.abs(timesteps(steps)[i]! - t)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(t)));
    });
    const stream = torchCpu(7);
    const scale = initialNoiseScale(steps);
    const start = torchCpu(100).randn(256);
    const x = start.map((v) => v * scale);
    const learned = `${config["variance_type"]}`.startsWith("learned");
    const network = async (input: Float32Array, t: number) => {
      const out = input.map((v) => (factor * v * t) / (t + 1));
      return learned ? Float32Array.of(...out, ...out.map((v) => Math.sin(3 * v))) : out;
    };
    const path: Latent[] = [x];
    for await (const step of run({ steps, x, rows: 1, network, noise: () => stream.randn(256) })) path.push(step.x);
    const every = (path.length - 1) / (expected.trajectory.length - 1);
    expected.trajectory.forEach((row, k) => {
      row.forEach((b, i) => {
        expect(Math.abs(path[k * every]![i]! - b)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(b)));
      });
    });
  },
);
