import { describe, expect, test } from "vitest";
import { publishedConfigs } from "../../test/sampler-walk.ts";
import { torchCpu } from "../math/random.ts";
import { schedulerSettings } from "./diffusers/scheduler-config.ts";
import { noiseRatio } from "./process/coordinates.ts";
import type { Latent } from "./process/latent.ts";
import { linear } from "./process/schedules.ts";
import { samplers } from "./registry.ts";
import type { SamplerEntry } from "./samplers/define-sampler.ts";
import { intervals } from "./samplers/loop.ts";
import { checkWalk, scheduler } from "./scheduler.ts";
import { withSampler } from "./with-sampler.ts";

const published = (name: string) => schedulerSettings(publishedConfigs[name]!);
const network = async (x: Latent, t: number) => x.map((value) => (value * t) / (t + 1));

async function last(
  name: string,
  config: string,
  { eta, ...options }: { steps: number; begin?: number; eta?: number },
) {
  const { settings, run } = scheduler(withSampler(published(config), name));
  const { levels } = settings.path(options.steps);
  const start = levels[options.begin ?? 0]!.sigma;
  const stream = torchCpu(1);
  let x: Latent = stream.randn(8).map((value) => value * start);
  let steps = 0;
  for await (const step of run({
    ...options,
    samplerOptions: eta === undefined ? {} : { eta },
    x,
    rows: 1,
    network,
    noise: () => stream.randn(8),
  })) {
    [x, steps] = [step.x, steps + Number(step.final)];
  }
  return { x, steps };
}

describe("the end of a walk on SD 1.x, whose configuration ends at the level of t = 1", () => {
  const end = (name: string) => noiseRatio(withSampler(published("SD 1.x"), name).path(4).levels.at(-1)!);
  const first = noiseRatio(published("SD 1.x").schedule.level(1));

  test.each(["DPM++ 2M SDE Karras", "Euler", "DPM++ 2M", "ddpm", "DDIM Karras", "Euler KL Optimal ComfyUI"])(
    "%s ends without noise",
    (name) => expect(end(name)).toBe(0),
  );
  test.each(["DDIM", "PLMS", "PNDMScheduler", "Euler KL Optimal"])("%s ends there", (name) => {
    expect(end(name)).toBeCloseTo(first, 6);
  });
});

test("a walk that ends where it is keeps x, and one that goes up is refused", () => {
  const schedule = linear();
  const up = [schedule.level(10), schedule.level(20)];
  expect(() => [...intervals({ levels: up })]).toThrow(expect.objectContaining({ code: "sampler/levels" }));
  expect([...intervals({ levels: [schedule.level(10), schedule.level(10)] })]).toHaveLength(1);
});

const names = Object.entries<SamplerEntry>(samplers);

test.each(names)("%s takes one step, the most there are, and starts at the last of them", async (name) => {
  for (const [steps, begin] of [
    [1, 0],
    [1000, 0],
    [20, 19],
  ] as const) {
    const { x } = await last(name, "SD 1.x", { steps, begin });
    expect(x.every(Number.isFinite)).toBe(true);
  }
  await expect(last(name, "SD 1.x", { steps: 1001 })).rejects.toMatchObject({ code: "sampler/steps" });
  await expect(last(name, "SD 1.x", { steps: 0 })).rejects.toMatchObject({ code: "sampler/steps" });
});

test.each(names.filter(([, { options }]) => options["eta"]))(
  "%s is finite at every eta, on zero terminal SNR too",
  async (name) => {
    for (const config of ["SD 1.x", "v, zero terminal SNR, DDIM", "v, zero terminal SNR, Euler"]) {
      for (const eta of [0, 0.5, 1]) {
        expect((await last(name, config, { steps: 6, eta })).x.every(Number.isFinite)).toBe(true);
      }
    }
    await expect(last(name, "SD 1.x", { steps: 3, eta: 1.1 })).rejects.toMatchObject({ code: "sampler/option" });
  },
);

test("a distilled model refuses more steps than it was distilled at", async () => {
  await expect(last("LCMScheduler", "LCM", { steps: 50 })).resolves.toMatchObject({ steps: 50 });
  await expect(last("LCMScheduler", "LCM", { steps: 51 })).rejects.toMatchObject({
    code: "sampler/steps",
    message: "expected 1 to 50 steps, as many as it was distilled at, got 51",
  });
  await expect(last("LCM Normal", "LCM", { steps: 60 })).resolves.toMatchObject({ steps: 60 });
});

test("what is chosen is the configuration's own where the name changes nothing", () => {
  const settings = published("SD 2.x, v, PNDM");
  expect(withSampler(settings, "plms")).toBe(settings);
});

describe("a walk is checked before its network is loaded", () => {
  const learned = schedulerSettings({ ...publishedConfigs["DDPM"], variance_type: "learned_range" });
  const trajectory = { steps: 4, learnsVariance: false };

  test("a sampler that needs a learned variance is refused where the network predicts none", () => {
    expect(() => checkWalk(learned, trajectory)).toThrow(expect.objectContaining({ code: "sampler/variance" }));
    expect(() => checkWalk(learned, { ...trajectory, learnsVariance: true })).not.toThrow();
    expect(() => checkWalk(published("DDPM"), trajectory)).not.toThrow();
  });

  test("options that the sampler does not take and levels that rise are refused", () => {
    const settings = published("DDPM");
    const samplerOptions = { eta: 1 };
    expect(() => checkWalk({ ...settings, samplerOptions }, trajectory)).toThrow('"ddpm" takes no option "eta"');
    const path = () => ({ levels: settings.path(4).levels.toReversed() });
    expect(() => checkWalk({ ...settings, path }, trajectory)).toThrow(
      expect.objectContaining({ code: "sampler/levels" }),
    );
  });
});
