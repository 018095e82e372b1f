import type { Runtime } from "aquatint";
import type { Dataset } from "aquatint/data";
import { parseClassifierConfig } from "aquatint/models";
import { nodeRuntime } from "aquatint/node";
import { openSession } from "aquatint/train";
import { afterAll, beforeAll, expect, test } from "vitest";
import { colorPlates, plateNames, tinyConfig, tinyTask } from "../../../../aquatint/src/train/tiny.cases.ts";
import { tasks } from "../../tasks.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** Plates that say what they are: one thing over the whole image. */
const namedPlates: Dataset = {
  ...colorPlates,
  names: plateNames,
  stream(options) {
    const stream = colorPlates.stream(options);
    const next = async (n: number) => {
      const batch = await stream.next(n);
      const truths = batch.captions.map((name) => ({ objects: [{ name, x: 0.5, y: 0.5, width: 2, height: 2 }] }));
      return { ...batch, truths };
    };
    return { ...stream, next };
  },
};
const config = tinyConfig(
  {
    task: "classification",
    model: { classifier: { block_out_channels: [8], norm_num_groups: 4 } },
    evaluation: { images: 6 },
    training: { steps: 40, batch_size: 6, learning_rate: 2e-2, warmup_steps: 3, ema: { steps: 5 } },
  },
  tasks,
);

test("learns to name what is to be seen, and is written with its names", async () => {
  const task = await tinyTask(config, { runtime, dataset: namedPlates }, tasks);
  await using session = await openSession({ config, task, runtime });
  const losses: number[] = [];
  for await (const { loss } of session.steps()) losses.push(loss);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 4);
  expect(await session.outputs.evaluate?.()).toEqual({ recall: 1 });
  const files = await session.outputs.modelFiles();
  expect([...files.keys()].sort()).toEqual(["config.json", "model.safetensors"]);
  const json = JSON.parse(String(files.get("config.json")));
  expect(parseClassifierConfig(json)).toMatchObject({ classes: plateNames, block_out_channels: [8] });
});

test("goes on where its position says", async () => {
  const task = () => tinyTask(config, { runtime, dataset: namedPlates }, tasks);
  const [first, second] = [await task(), await task()];
  const { position } = await first.phases[0]!.next();
  const { feeds } = await first.phases[0]!.next();
  second.restore(JSON.parse(JSON.stringify(position)));
  expect((await second.phases[0]!.next()).feeds).toEqual(feeds);
});

test("refuses data that do not say what is where", async () => {
  await expect(tinyTask(config, { runtime }, tasks)).rejects.toThrow(
    expect.objectContaining({ code: "config/dataset" }),
  );
});
