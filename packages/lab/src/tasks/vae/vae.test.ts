import type { Runtime } from "aquatint";
import { grad } from "aquatint/autodiff";
import { memoryFiles } from "aquatint/checkpoints";
import { float32 } from "aquatint/graph";
import { nodeRuntime } from "aquatint/node";
import { input, sum } from "aquatint/ops";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plain, plateNames, tinyConfig } from "../../../../aquatint/src/train/tiny.cases.ts";
import { deviation, evaluate, noise } from "../../../../aquatint/test/evaluate.ts";
import { discretized } from "../../elbo/index.ts";
import { ganFolder, vaeFolder } from "../../models/one-pass-folder.ts";
import { tasks } from "../../tasks.ts";
import { shortRun, tinyDecoder, tinyText } from "../one-pass/one-pass.cases.ts";
import { discretizedLogistic } from "./bound.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const shape = [1, 1, 2, 4];
const feed = (name: string) => input({ name, dtype: "float32", shape });
const values = [-1, 1, 0, 2 / 255 - 1, 127 / 127.5 - 1, 0.4, 1, -1].map((v) => Math.round((v + 1) * 127.5) / 127.5 - 1);
const feeds = {
  x: float32(shape, values),
  mean: noise(shape, { seed: 4 }),
  logScale: noise(shape, { seed: 5, size: 3 }),
};
const likelihood = discretizedLogistic(feed("x"), { mean: feed("mean"), logScale: feed("logScale") });

test("the graph of the likelihood is that of diffusion's, with logistic intervals", async () => {
  const { actual } = await evaluate(runtime, { actual: likelihood }, { feeds });
  const logVariance = Array.from(feeds.logScale.data, (v) => 2 * v);
  const expected = discretized({ interval: "logistic" })(feeds.x.data, { mean: feeds.mean.data, logVariance });
  expect(deviation(actual, expected)).toBeLessThan(2e-3); // float32 takes 1 - e^-w with w about 1e-3
});

test("its gradient agrees with central differences, also where a value is far from the mean", async () => {
  const [mean, logScale] = [feed("mean"), feed("logScale")];
  const [dMean, dScale] = grad(sum(discretizedLogistic(feed("x"), { mean, logScale })), [mean, logScale]);
  const distant = {
    ...feeds,
    mean: float32(shape, [9, -9, 0.1, 0, -1, 3, 1, -1]),
    logScale: float32(shape, Array(8).fill(-2)),
  };
  const slopes = await evaluate(runtime, { dMean: dMean!, dScale: dScale! }, { feeds: distant });
  const host = (mean: ArrayLike<number>, logScale: ArrayLike<number>) =>
    discretized({ interval: "logistic" })(distant.x.data, { mean, logVariance: Array.from(logScale, (v) => 2 * v) });
  const step = 1e-4;
  const shift = (data: ArrayLike<number>, by: number) => Array.from(data, (v) => v + by);
  const slope = (up: Float64Array, down: Float64Array) => up.map((v, i) => (v - down[i]!) / (2 * step));
  const [m, s] = [distant.mean.data, distant.logScale.data];
  expect(deviation(slopes["dMean"], slope(host(shift(m, step), s), host(shift(m, -step), s)))).toBeLessThan(2e-3);
  expect(deviation(slopes["dScale"], slope(host(m, shift(s, step)), host(m, shift(s, -step))))).toBeLessThan(2e-3);
});

const config = (training: object = {}) =>
  tinyConfig(
    {
      task: "vae",
      model: { vae: tinyDecoder, ...tinyText },
      evaluation: { images: 5 },
      samples: { prompts: [...plateNames], every_minutes: 1 },
      training: { steps: 60, batch_size: 6, learning_rate: 1e-2, ...training },
    },
    tasks,
  );

test("learns plates: the bound falls, its two terms are its sum, and its folder opens again", async () => {
  const { losses, metrics, evaluation, files, images } = await shortRun(config(), runtime);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  expect(metrics["reconstruction"]! + metrics["kl"]!).toBeCloseTo(losses.at(-1)!, 5);
  expect(evaluation!["bits_per_dimension"]).toBeLessThan(losses[0]!);
  expect(images).toBe(plateNames.length);
  const model = await vaeFolder.open(memoryFiles(files));
  expect(model.network.config).toMatchObject({ latent_size: 4, condition_size: 16, sample_size: 8 });
  expect(new Set((await model.weights()).keys())).toEqual(new Set(model.parameters.keys()));
  await expect(ganFolder.open(memoryFiles(files))).rejects.toMatchObject({ code: "model/class" });
});

test("a run that goes on from a checkpoint equals one that was not stopped, to the last bit", async () => {
  const short = config({ steps: 4, batch_size: 2 });
  const full = await shortRun(short, runtime);
  const resumed = await shortRun(short, runtime, full.checkpoints[1]);
  expect(plain(resumed.checkpoints.at(-1)!.tensors)).toEqual(plain(full.checkpoints.at(-1)!.tensors));
});
