import { expect, test } from "vitest";
import { torchCpu } from "../../math/random.ts";
import { dynamicThreshold, guidedOutput } from "../guidance.ts";
import { variancePreserving } from "../process/coordinates.ts";
import { type Denoiser, denoiser, type FullNetwork, type StepIndex } from "../process/denoiser.ts";
import { type Latent, mapRows, rowsOf } from "../process/latent.ts";
import type { Level } from "../process/level.ts";
import { targets } from "../process/prediction.ts";
import { cosine } from "../process/schedules.ts";
import { samplers } from "../registry.ts";
import type { SamplerEntry, SamplerPreset } from "../samplers/define-sampler.ts";
import { levelFinder } from "../scheduler.ts";
import { levels } from "../spacing/spacing.ts";
import { batchNoise, type Sampler, type SamplerInput } from "./loop.ts";

const ROWS = 3;
const SIZE = 8;
const schedule = cosine({ maxBeta: 0.999 });

/** Output and variance, [rows, 2 c, h, w]; no two images and no two elements of one see the same function. */
const twoHalves: FullNetwork = async (x, { t }) => {
  const output = new Float32Array(2 * x.length);
  for (let from = 0; from < x.length; from += SIZE) {
    for (let i = 0; i < SIZE; i++) {
      const value = x[from + i]!;
      output[2 * from + i] = Math.sin((2 + i) * value) - t / 1500;
      output[2 * from + SIZE + i] = 0.5 + 0.4 * Math.cos(3 * value + i);
    }
  }
  return output;
};

/** Both branches of guidance, rescaled. */
const cfgNetwork =
  (rows: number): FullNetwork =>
  async (x, { t }) => {
    const [without, withPrompt] = [x.map((v) => Math.sin(v)), x.map((v) => Math.sin(2 * v) + t / 4000)];
    return guidedOutput(without, withPrompt, { scale: 5, rescale: 0.7, rows });
  };

const networks: Readonly<Record<string, (rows: number) => FullNetwork>> = {
  "with a learned variance": () => twoHalves,
  "with rescaled guidance": cfgNetwork,
};

const starts = Array.from({ length: ROWS }, (_, k) =>
  torchCpu(k)
    .randn(SIZE)
    .map((v) => v * (1 + k)),
);
const concat = (parts: readonly Latent[]) => mapRows(new Float32Array(ROWS * SIZE), ROWS, (_, i) => parts[i]!);

function inputOf(x: Latent, rows: number, network: FullNetwork): Omit<SamplerInput, "noise"> {
  const plain = denoiser(network, targets.epsilon, rows);
  const denoise = dynamicThreshold(plain, { quantile: 0.7, max: 3, rows });
  const path = levels({ schedule, steps: 7 });
  return { x, rows, levels: path, levelAt: levelFinder({ schedule, coordinates: variancePreserving }), denoise };
}

const noiseOf = (row: number) => {
  const stream = torchCpu(100 + row);
  return () => stream.randn(SIZE);
};

async function path(sampler: Sampler, input: SamplerInput): Promise<readonly Latent[]> {
  const values: Latent[] = [];
  for await (const { x, x0 } of sampler(input)) values.push(x.slice(), x0.slice());
  return values;
}

const entries = Object.entries<SamplerEntry>(samplers);
const variants = entries
  .filter(([, { adaptive = false }]) => !adaptive)
  .flatMap(([name, entry]) =>
    Object.entries<SamplerPreset>({ [name]: {}, ...entry.aliases })
      .filter(([alias, { options }]) => alias === name || options)
      .map(([alias, { options = {} }]) => ({ alias, create: () => entry.create(options) })),
  );
const learned = (["learned", "learned-range"] as const).map((variance) => ({
  alias: `ddpm of variance ${variance}`,
  create: () => samplers.ddpm.create({ variance }),
}));

test.each([...variants, ...learned])(
  "$alias gives a batch what it gives each image alone",
  async ({ alias, create }) => {
    for (const [kind, network] of Object.entries(networks)) {
      if (alias.includes("variance") && kind !== "with a learned variance") continue;
      const batch = await path(create(), {
        ...inputOf(concat(starts), ROWS, network(ROWS)),
        noise: batchNoise(starts.map((_, row) => noiseOf(row))),
      });
      const single = await Promise.all(
        starts.map((x, row) => path(create(), { ...inputOf(x, 1, network(1)), noise: noiseOf(row) })),
      );
      expect(batch.map((x) => rowsOf(x, ROWS))).toEqual(batch.map((_, k) => single.map((path) => path[k]!)));
    }
  },
);

test.each(entries.filter(([, { adaptive }]) => adaptive))(
  "%s, which chooses its steps, refuses a batch",
  async (_, entry) => {
    const steps = entry.create()({ ...inputOf(concat(starts), ROWS, twoHalves), noise: noiseOf(0) });
    await expect(steps.next()).rejects.toMatchObject({ code: "sampler/rows" });
  },
);

test("an evaluation knows its step, the second of a step too", async () => {
  const steps: StepIndex[] = [];
  const input = inputOf(starts[0]!, 1, twoHalves);
  const denoise: Denoiser = (x, level, step) => {
    steps.push(step);
    return input.denoise(x, level, step);
  };
  await path(samplers.heun.create(), { ...input, begin: 4, denoise, noise: noiseOf(0) });
  const n = 7;
  expect(steps).toEqual([4, 4, 5, 5, 6].map((i) => ({ i, n })));
});

test("x that is not so many images is refused", async () => {
  const level: Level = schedule.level(500);
  const denoise = denoiser(twoHalves, targets.epsilon, 3);
  await expect(denoise(new Float32Array(SIZE), level, { i: 0, n: 1 })).rejects.toMatchObject({
    code: "shape/mismatch",
  });
});
