import { describe, expect, test } from "vitest";
import { torchCpu } from "../math/random.ts";
import { schedulerSettings } from "./diffusers/scheduler-config.ts";
import { noised } from "./process/forward.ts";
import { samplers } from "./registry.ts";
import type { SamplerEntry } from "./samplers/define-sampler.ts";
import { scheduler } from "./scheduler.ts";
import { withSampler } from "./with-sampler.ts";

const STEPS = 8;
const image = Float32Array.of(0.5, -0.25, 1, 0);
const published = schedulerSettings({ _class_name: "EulerDiscreteScheduler", beta_schedule: "scaled_linear" });

describe.each(Object.entries<SamplerEntry>(samplers))("%s", (name, { adaptive = false, extraSteps = () => 0 }) => {
  const settings = withSampler(published, name);
  const { levels } = settings.path(STEPS);
  const path = async (begin: number, count: number) => {
    const noise = torchCpu(3);
    const eps = noise.randn(4);
    const x = noised(levels[begin]!, { x0: image, eps });
    const network = async (x: Float32Array) => x.map((v) => 0.3 * v);
    const steps = [];
    const run = scheduler(settings).run({
      steps: STEPS,
      begin,
      x,
      rows: 1,
      network,
      noise: () => noise.randn(4),
      project: (at, level) => {
        const there = noised(level, { x0: image, eps });
        return at.map((v, i) => (i < count ? there[i]! : v));
      },
    });
    for await (const step of run) steps.push(step);
    return steps;
  };

  test("ends with what it is held to, and only there", async () => {
    const last = (await path(0, 2)).at(-1)!;
    expect(last.x.subarray(0, 2)).toEqual(image.subarray(0, 2));
    expect(last.x.subarray(2)).not.toEqual(image.subarray(2));
    expect(last.x.every(Number.isFinite)).toBe(true);
  });

  test("goes on from what it is held to", async () => {
    const [free, projected] = [await path(0, 0), await path(0, 4)];
    expect(projected[0]!.x).not.toEqual(free[0]!.x);
    expect(projected[1]!.x0).not.toEqual(free[1]!.x0);
  });

  test("begins further down", async () => {
    const steps = await path(1, 0);
    expect(steps[0]).toMatchObject({ i: 1, level: levels[1] });
    if (!adaptive) expect(new Set(steps.map(({ i }) => i)).size).toBe(STEPS - 1 + extraSteps(STEPS - 1));
    expect(steps.at(-1)!.i).toBe(steps.at(-1)!.n - 1);
  });
});
