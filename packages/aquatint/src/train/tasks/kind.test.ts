import { expect, test } from "vitest";
import { z } from "zod";
import type { Dataset } from "../../data/dataset.ts";
import type { Runtime } from "../../runtime/types.ts";
import { lineTask, lineTraining } from "../line.cases.ts";
import type { TrainedWeights } from "../loop/task.ts";
import { colorPlates } from "../tiny.cases.ts";
import { taskKind } from "./kind.ts";
import { evaluationSamples } from "./sources.ts";

const training = lineTraining();
const kind = taskKind({ summary: "", fields: { n: z.int().default(3) }, create: async () => lineTask(training) });
const folder = (heldOut: number): Dataset => ({
  ...colorPlates,
  report: { counts: { train: 9, "held-out": heldOut }, skipped: [] },
  stream(options) {
    if (options.split === "held-out" && heldOut === 0) throw new Error("no images that are held-out");
    return colorPlates.stream(options);
  },
});

test.each([
  ["holds images out", folder(1), true],
  ["never runs out of images", colorPlates, true],
  ["is too small to hold any out", folder(0), false],
])("data that %s is looked at; the task is evaluated where it holds out", async (_, dataset, is) => {
  const context = { dataset, runtime: {} as Runtime, batchSize: 4, microBatchSize: 4, seed: 0 };
  const task = await kind.create({}, { ...context, modelFiles: () => Promise.reject(new Error("none")) });
  const outputs = task.outputs({} as TrainedWeights);
  expect(outputs.evaluate !== undefined).toBe(is);
  expect(outputs.modelFiles).toBeTypeOf("function");
  await outputs[Symbol.asyncDispose]();
  expect((await evaluationSamples(dataset, 5)).captions).toHaveLength(5);
});
