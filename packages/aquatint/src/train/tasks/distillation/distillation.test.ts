import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate, noise } from "../../../../test/evaluate.ts";
import { type ModelFiles, memoryFiles } from "../../../checkpoints/files.ts";
import { openModel } from "../../../checkpoints/open.ts";
import { ownDatasets } from "../../../data/registry.ts";
import { schedulerSettings } from "../../../diffusion/diffusers/scheduler-config.ts";
import { float32 } from "../../../graph/host-tensor.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensors } from "../../../graph/types.ts";
import { torchCpu } from "../../../math/random.ts";
import { scale } from "../../../ops/elementwise.ts";
import { input } from "../../../ops/leaves.ts";
import { textToImageModel } from "../../../pipelines/model/text-to-image-model.ts";
import { nodeRuntime } from "../../../runtime/runtime.node.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { parseTrainConfig } from "../../config/config.ts";
import { openSession } from "../../loop/session.ts";
import { plain, plateNames, tinyConfig, tinyConfigs, tinyTask } from "../../tiny.cases.ts";
import { tasks } from "../registry.ts";
import { distillationObjective } from "./objective.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const sample = [3, 2, 2];
const scheduling = (prediction_type: string) =>
  schedulerSettings({
    ...{ _class_name: "DDIMScheduler", beta_schedule: "squaredcos_cap_v2", timestep_spacing: "trailing" },
    prediction_type,
  });

/** The errors of a student that outputs w x beside a teacher that outputs v x, at 8 draws, and what they were fed. */
async function errorsOf(prediction: string, { w, v, substeps }: { w: number; v: number; substeps: number }) {
  const scheduler = scheduling(prediction);
  const objective = distillationObjective({ sample, scheduler, steps: 4, substeps });
  const shape = [8, ...sample];
  const networks = { student: linear(w), teacher: linear(v) };
  const { results } = objective.loss(input({ name: "x0", dtype: "float32", shape }), networks);
  const { feeds } = objective.draw(8, torchCpu(2));
  const x0 = noise(shape, { seed: 3 });
  const read = Object.entries(feeds).filter(([name]) => !name.startsWith("t_")); // the networks ask for no times
  const { errors } = await evaluate(runtime, results, { feeds: { ...Object.fromEntries(read), x0 } });
  return { errors: [...errors!.data], feeds, x0: x0.data };
}
const sameData = (a: HostTensors, b: HostTensors, key: string): boolean =>
  Buffer.from(a[key]!.data.buffer).equals(Buffer.from(b[key]!.data.buffer));
const linear =
  (w: number) =>
  (x: Tensor): Tensor =>
    scale(x, w);

describe("what a student is to output", () => {
  test.each(["v_prediction", "sample", "epsilon"])(
    "after one step of its teacher is what that said (%s)",
    async (kind) => {
      const same = await errorsOf(kind, { w: 0.7, v: 0.7, substeps: 1 });
      expect(Math.max(...same.errors)).toBeLessThan(1e-6);
      const other = await errorsOf(kind, { w: 0.6, v: 0.7, substeps: 1 });
      expect(Math.min(...other.errors)).toBeGreaterThan(1e-4);
    },
  );

  test("after any number of steps of one that always says the same data is that data", async () => {
    const { errors } = await errorsOf("sample", { w: 0, v: 0, substeps: 5 });
    expect(Math.max(...errors)).toBeLessThan(1e-6);
  });

  test("after two steps is the paper's, of a linear teacher", async () => {
    const [w, v] = [0.3, 0.7];
    const { errors, feeds, x0 } = await errorsOf("v_prediction", { w, v, substeps: 2 });
    const { schedule } = scheduling("v_prediction");
    const expected = errors.map((_, i) => {
      const t = Math.round(feeds["t_0"]!.data[i]! + 1);
      const [from, middle, to] = [schedule.level(t), schedule.level(t - 125), schedule.level(t - 250)];
      const clean = (z: number, { alpha, sigma }: typeof from) => alpha * z - sigma * v * z;
      const noisy = (z: number, { alpha, sigma }: typeof from) => sigma * z + alpha * v * z;
      const errorsOfValues = Array.from({ length: 12 }, (_, k) => {
        const z = from.alpha * x0[12 * i + k]! + from.sigma * feeds["eps"]!.data[12 * i + k]!;
        const half = middle.alpha * clean(z, from) + middle.sigma * noisy(z, from);
        const end = to.alpha * clean(half, middle) + to.sigma * noisy(half, middle);
        // Salimans and Ho 2022, algorithm 2
        const ratio = to.sigma / from.sigma;
        const x = (end - ratio * z) / (to.alpha - ratio * from.alpha);
        const eps = (z - from.alpha * x) / from.sigma;
        return (w * z - (from.alpha * eps - from.sigma * x)) ** 2;
      });
      return errorsOfValues.reduce((a, b) => a + b) / 12;
    });
    expect(deviation(float32([8], errors), expected)).toBeLessThan(1e-4);
  });
});

describe("a run", () => {
  const scheduler = {
    _class_name: "DDPMScheduler",
    beta_schedule: "squaredcos_cap_v2",
    prediction_type: "v_prediction",
  };
  const { sample_size: _, in_channels: __, out_channels: ___, ...unet } = tinyConfigs.unet;
  const teaching = tinyConfig({
    model: { ...tinyConfigs, unet, scheduler, tokenizer: { merges: 20, context: 8 } },
    training: { steps: 20, batch_size: 6, learning_rate: 1e-2 },
  });
  const config = (training: object = {}, distillation: object = {}) =>
    parseTrainConfig(
      {
        ...{ task: "distillation", output: "unused", teacher: "teacher" },
        dataset: { name: "digits" },
        distillation: { steps: 2, teacher_steps: 3, ...distillation },
        evaluation: { images: 6 },
        samples: { prompts: [...plateNames], every_minutes: 1 },
        training: { steps: 20, batch_size: 6, learning_rate: 3e-3, warmup_steps: 2, ema: null, ...training },
      },
      { name: "distillation", kinds: { datasets: ownDatasets, tasks } },
    );
  let teacherFiles: ReadonlyMap<string, Uint8Array | string>;
  let openTeacher: (folder: string) => Promise<ModelFiles>;
  beforeAll(async () => {
    await using session = await openSession({
      config: teaching,
      task: await tinyTask(teaching, { runtime }),
      runtime,
    });
    for await (const _ of session.steps());
    teacherFiles = await session.outputs.modelFiles();
    const source = memoryFiles(teacherFiles);
    openTeacher = async (folder) => (folder === "teacher" ? source : Promise.reject(new Error(folder)));
  });

  test("learns, leaves its teacher as it is, and is written as a model of few DDIM steps", async () => {
    const task = await tinyTask(config(), { runtime, modelFiles: openTeacher });
    await using session = await openSession({ config: config(), task, runtime });
    const before = await session.outputs.evaluate!();
    const { tensors: saved } = await session.remembered();
    for await (const { metrics } of session.steps()) expect(Object.keys(metrics).length).toBeGreaterThan(0);
    const after = await session.outputs.evaluate!();
    expect(after["loss"]).toBeLessThan(0.8 * before["loss"]!);
    const { tensors } = await session.remembered();
    const teacherKeys = Object.keys(saved).filter((key) => key.startsWith("weights/teacher."));
    expect(teacherKeys.length).toBeGreaterThan(10);
    for (const key of teacherKeys) expect(tensors[key]!.data, key).toEqual(saved[key]!.data);
    expect(plain(tensors)["weights/unet.conv_in.weight"]).not.toEqual(plain(saved)["weights/unet.conv_in.weight"]);
    expect((await session.outputs.samples!()).length).toBe(plateNames.length);
    const reopened = await textToImageModel(await openModel(memoryFiles(await session.outputs.modelFiles())));
    expect(reopened.generation).toEqual({ steps: 2, guidance: 1 });
    expect(reopened.scheduler.sampler.name).toBe("ddim");
    expect([...(await reopened.weights()).keys()].some((name) => name.startsWith("teacher."))).toBe(false);
  });

  test("learns the guidance of its teacher's steps, with text encoders and norms left as they are", async () => {
    const frozen = ["text_encoder.*", "*.bias", "*norm*.weight"];
    const losses = await Promise.all(
      [1, 4].map(async (guidance_scale) => {
        const settings = config({ freeze: frozen }, { guidance_scale });
        const task = await tinyTask(settings, { runtime, modelFiles: openTeacher });
        await using session = await openSession({ config: settings, task, runtime });
        const before = (await session.outputs.evaluate!())["loss"]!;
        const { tensors: saved } = await session.remembered();
        for await (const _ of session.steps());
        const { tensors } = await session.remembered();
        const changed = Object.keys(tensors).filter(
          (key) => key.startsWith("weights/") && !sameData(tensors, saved, key),
        );
        expect(changed.length).toBeGreaterThan(10);
        expect(changed.filter((key) => /text_encoder|bias|norm|teacher/.test(key))).toEqual([]);
        return { before, after: (await session.outputs.evaluate!())["loss"]! };
      }),
    );
    const [plainTeacher, guidedTeacher] = losses;
    expect(guidedTeacher!.before).toBeGreaterThan(1.05 * plainTeacher!.before);
    expect(guidedTeacher!.after).toBeLessThan(0.9 * guidedTeacher!.before);
  });

  test("has nothing but the guidance to learn from one step of its teacher", async () => {
    const losses = await Promise.all(
      [1, 4].map(async (guidance_scale) => {
        const settings = config({}, { teacher_steps: 1, guidance_scale });
        const task = await tinyTask(settings, { runtime, modelFiles: openTeacher });
        await using session = await openSession({ config: settings, task, runtime });
        const before = (await session.outputs.evaluate!())["loss"]!;
        for await (const _ of session.steps());
        return { before, after: (await session.outputs.evaluate!())["loss"]! };
      }),
    );
    const [plainTeacher, guidedTeacher] = losses;
    expect(plainTeacher!.before).toBeLessThan(1e-6);
    expect(guidedTeacher!.before).toBeGreaterThan(1e-3);
    expect(guidedTeacher!.after).toBeLessThan(0.9 * guidedTeacher!.before);
  });

  test("is refused where the teacher's schedule is none that DDIM walks", async () => {
    const files = new Map(teacherFiles);
    files.set("scheduler/scheduler_config.json", JSON.stringify({ _class_name: "FlowMatchEulerDiscreteScheduler" }));
    const modelFiles = async () => memoryFiles(files);
    await expect(tinyTask(config(), { runtime, modelFiles })).rejects.toMatchObject({ code: "config/value" });
  });

  test("that goes on from a checkpoint equals one that was not stopped, to the last bit", async () => {
    const short = config({ steps: 4, batch_size: 2 });
    const run = async (checkpoint?: Parameters<typeof openSession>[0]["checkpoint"]) => {
      const task = await tinyTask(short, { runtime, modelFiles: openTeacher });
      await using session = await openSession({ config: short, task, runtime, checkpoint });
      const states = [];
      for await (const { step, position } of session.steps()) {
        states.push({ step, seconds: 1, position, ...(await session.remembered()) });
      }
      return states;
    };
    const full = await run();
    const rest = await run(full[1]);
    expect(plain(rest.at(-1)!.tensors)).toEqual(plain(full.at(-1)!.tensors));
  });
});
