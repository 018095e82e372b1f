import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { tinyLatentModel } from "../../test/tiny-latent-model.ts";
import { tinyPixelModel, writeFiles } from "../../test/tiny-pixel-model.ts";
import { type GenerateOptions, type GenerationEvent, generate } from "./generate.node.ts";
import { unloadIdleModels } from "./network/shared-engine.node.ts";

let root: string;
let models: readonly string[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-shared-"));
  const files = [tinyPixelModel(), tinyLatentModel(), tinyLatentModel({ overflows: true })];
  models = files.map((_, i) => join(root, String(i)));
  for (const [i, model] of models.entries()) await writeFiles(model, files[i]!);
});
afterAll(() => rm(root, { recursive: true }));

const workers: Worker[] = [];
const note = (worker: Worker) => {
  workers.push(worker);
};
beforeEach(() => {
  workers.length = 0;
  process.on("worker", note);
});
afterEach(async () => {
  process.off("worker", note);
  await unloadIdleModels();
});

const call = (i: number): GenerateOptions => ({ prompt: "a red apple", model: models[i % 2], seed: i, steps: 3 });
async function pixels(options: GenerateOptions): Promise<number[]> {
  for await (const event of generate(options)) if (event.type === "image") return [...event.image.data];
  throw new Error("no image");
}

test("20 calls at once of two models share one worker, and make the images that each makes alone", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, async (_, i) => {
      const abort = new AbortController();
      const images: number[][] = [];
      for await (const event of generate({ ...call(i), signal: abort.signal })) {
        if (event.type === "image") images.push([...event.image.data]);
        else if (i % 5 === 3) abort.abort(`stop ${i}`);
        else if (i === 4) throw new Error("the caller fails");
        else if (i === 9) break;
      }
      return images;
    }),
  );
  expect(workers).toHaveLength(1);
  for (const [i, outcome] of outcomes.entries()) {
    if (i % 5 === 3) expect(outcome).toEqual({ status: "rejected", reason: `stop ${i}` });
    else if (i === 4) expect(outcome).toMatchObject({ reason: { message: "the caller fails" } });
    else if (i === 9) expect(outcome).toMatchObject({ value: [] });
    else expect(outcome).toMatchObject({ value: [expect.any(Array)] });
  }
  for (const i of [0, 1, 18, 19].filter((i) => i % 5 !== 3)) {
    const alone = await pixels({ ...call(i), keepAlive: 0 });
    expect(outcomes[i]).toMatchObject({ value: [alone] });
  }
});

test("a call that is left in the middle keeps no other one waiting", async () => {
  const abandoned = generate(call(0));
  await abandoned.next();
  expect(await pixels(call(0))).toHaveLength(8 * 8 * 3);
  await abandoned.return();
});

const ended = (worker: Worker | undefined) => worker?.threadId === -1;

test("the model stays loaded for the next call, and goes with keepAlive: 0", async () => {
  await pixels(call(0));
  await pixels(call(0));
  expect(workers.map(ended)).toEqual([false]);
  await pixels({ ...call(0), keepAlive: 0 });
  expect(workers.map(ended)).toEqual([true]);
  await expect(pixels({ ...call(0), keepAlive: -1 })).rejects.toHaveProperty("code", "generate/keep-alive");
});

test("another model takes the place of an idle one", async () => {
  await pixels(call(0));
  await pixels(call(1));
  expect(workers.map(ended)).toEqual([true, false]);
});

test("a model whose files were written again is loaded again", async () => {
  const model = join(root, "changing");
  await cp(models[1]!, model, { recursive: true });
  const before = await pixels({ ...call(1), model });
  await writeFiles(model, tinyLatentModel({ seed: 1 }));
  expect(await pixels({ ...call(1), model })).not.toEqual(before);
});

test("each call is told that its decoder overflowed in half precision", async () => {
  const retries = async () => {
    const types: GenerationEvent["type"][] = [];
    for await (const { type } of generate({ ...call(0), model: models[2], vaePrecision: "float16" })) types.push(type);
    return types.filter((type) => type === "retry");
  };
  expect(await Promise.all([retries(), retries()])).toEqual([["retry"], ["retry"]]);
  expect(workers).toHaveLength(1);
});

test("a memory limit is kept by an engine of its own", async () => {
  await pixels(call(0));
  await pixels({ ...call(0), maxMemory: 8e9 });
  expect(workers.map(ended)).toEqual([true, true]);
});
