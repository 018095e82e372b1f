import type { Runtime } from "aquatint";
import { grad } from "aquatint/autodiff";
import { memoryFiles } from "aquatint/checkpoints";
import { compile } from "aquatint/compiler";
import { float32, type HostTensor } from "aquatint/graph";
import { parameters } from "aquatint/nn";
import { nodeRuntime } from "aquatint/node";
import { input, sum } from "aquatint/ops";
import { slopePenalty } from "aquatint/train";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plain, plateNames, tinyConfig } from "../../../../aquatint/src/train/tiny.cases.ts";
import { evaluate, noise, noiseWeights } from "../../../../aquatint/test/evaluate.ts";
import { ConditionalCritic, parseCriticConfig } from "../../models/index.ts";
import { ganFolder } from "../../models/one-pass-folder.ts";
import { tasks } from "../../tasks.ts";
import { shortRun, tinyDecoder, tinyText } from "../one-pass/one-pass.cases.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const critic = ConditionalCritic(
  parseCriticConfig({ in_channels: 2, sample_size: 4, block_out_channels: [3, 4], condition_size: 2, feature_size: 3 }),
);
const [n, c, side] = [2, 2, 4];
const x = input({ name: "x", dtype: "float32", shape: [n, c, side, side] });
const condition = input({ name: "condition", dtype: "float32", shape: [n, 2] });
const names = parameters(critic);
const values = noiseWeights(names);
const feeds = { x: noise([n, c, side, side], { seed: 1 }), condition: noise([n, 2], { seed: 2 }) };

/** A tensor with one number moved. */
const moved = ({ shape, data }: HostTensor, at: number, by: number) =>
  float32(
    shape,
    Float32Array.from(data, (v, i) => (i === at ? v + by : v)),
  );

test("the penalty is the mean squared slope of the critic, by central differences of the critic", async () => {
  const outputs = { penalty: slopePenalty((y) => critic(y, condition), x), total: sum(critic(x, condition)) };
  await using program = await runtime.load(compile({ outputs, parameters: { names, as: values } }));
  const step = 1e-2;
  const totalAt = async (i: number, by: number) =>
    (await program.run({ ...feeds, x: moved(feeds.x, i, by) }))["total"]!.data[0]!;
  let squares = 0;
  for (let i = 0; i < feeds.x.data.length; i++) {
    squares += (((await totalAt(i, step)) - (await totalAt(i, -step))) / (2 * step)) ** 2;
  }
  const penalty = (await program.run(feeds))["penalty"]!.data[0]!;
  expect(penalty).toBeGreaterThan(1e-4);
  expect(penalty / (squares / n)).toBeCloseTo(1, 1);
});

test("its gradient with respect to the critic's weights agrees with central differences", async () => {
  const penalty = slopePenalty((y) => critic(y, condition), x);
  const slopes = Object.fromEntries(grad(penalty, [...names.values()]).map((g, i) => [`d ${[...names.keys()][i]}`, g]));
  const actual = await evaluate(runtime, slopes, { feeds, names, values });
  const step = 1e-2;
  for (const name of ["conv_in.weight", "blocks.1.conv1.weight", "linear_features.weight", "condition_proj.weight"]) {
    const analytic = actual[`d ${name}`]!.data as Float32Array;
    const at = analytic.reduce((best, v, i) => (Math.abs(v) > Math.abs(analytic[best]!) ? i : best), 0);
    const [up, down] = await Promise.all(
      [step, -step].map(async (by) => {
        const shifted = new Map(values).set(name, moved(values.get(name)!, at, by));
        return (await evaluate(runtime, { penalty }, { feeds, names, values: shifted }))["penalty"]!.data[0]!;
      }),
    );
    expect((up! - down!) / (2 * step) / analytic[at]!, name).toBeCloseTo(1, 1);
  }
});

const config = (training: object = {}) =>
  tinyConfig(
    {
      task: "gan",
      model: { generator: tinyDecoder, critic: { block_out_channels: [8, 16], feature_size: 8 }, ...tinyText },
      loss: { penalty: "r2", penalty_weight: 2, penalty_share: 0.5 },
      critic: { steps: 2, learning_rate: 1e-3 },
      samples: { prompts: [...plateNames], every_minutes: 1 },
      training: { steps: 4, batch_size: 4, ...training },
    },
    tasks,
  );

test("critic and generator take turns, each with its own weights; the model is the generator's", async () => {
  const { metrics, checkpoints, files, images } = await shortRun(config(), runtime);
  expect(Object.keys(metrics).sort()).toEqual([
    ...["critic.gradNorm", "critic.loss", "critic.right_generated", "critic.right_real", "critic.slope"],
    ...["generator.gradNorm", "generator.loss"],
  ]);
  const state = plain(checkpoints.at(-1)!.tensors);
  const averaged = Object.keys(state).filter((name) => name.startsWith("ema/"));
  expect(averaged.some((name) => name.startsWith("ema/generator."))).toBe(true);
  expect(averaged.some((name) => name.startsWith("ema/critic."))).toBe(false);
  const before = plain(checkpoints[0]!.tensors);
  for (const part of ["generator", "text_encoder", "critic"]) {
    const partNames = Object.keys(state).filter((name) => name.startsWith(`weights/${part}.`));
    expect(
      partNames.some((name) => state[name]!.join() !== before[name]!.join()),
      part,
    ).toBe(true);
  }
  expect(images).toBe(plateNames.length);
  const model = await ganFolder.open(memoryFiles(files));
  expect([...(await model.weights()).keys()].every((name) => /^(generator|text_encoder)\./.test(name))).toBe(true);
});

test("a run that goes on from a checkpoint equals one that was not stopped, to the last bit", async () => {
  const full = await shortRun(config(), runtime);
  const resumed = await shortRun(config(), runtime, full.checkpoints[1]);
  expect(plain(resumed.checkpoints.at(-1)!.tensors)).toEqual(plain(full.checkpoints.at(-1)!.tensors));
});

test("a batch computed in parts trains too", async () => {
  const { losses } = await shortRun(config({ accumulate: 2 }), runtime);
  expect(losses.every(Number.isFinite)).toBe(true);
});
