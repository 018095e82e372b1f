import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate } from "../../../../test/evaluate.ts";
import { float32 } from "../../../graph/host-tensor.ts";
import { input } from "../../../ops/leaves.ts";
import { nodeRuntime } from "../../../runtime/runtime.node.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { answersOf, contrastiveLoss } from "./contrastive.ts";
import { retrieval } from "./retrieval.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const images = [
  [1, 0],
  [0.6, 0.8],
  [0, -1],
];
const texts = [
  [0.8, 0.6],
  [0, 1],
  [-1, 0],
];
const captions = ["a cat", "a dog", "a cat"];
const feed = (name: string, shape: readonly number[]) => input({ name, dtype: "float32", shape });

async function lossAt(logitScale: number): Promise<number> {
  const loss = contrastiveLoss({
    imageEmbeds: feed("images", [3, 2]),
    textEmbeds: feed("texts", [3, 2]),
    logitScale: feed("logitScale", []),
    answers: feed("answers", [3, 3]),
  });
  const feeds = {
    images: float32([3, 2], images.flat()),
    texts: float32([3, 2], texts.flat()),
    logitScale: float32([], [logitScale]),
    answers: float32([3, 3], answersOf(captions)),
  };
  return (await evaluate(runtime, { loss }, { feeds }))["loss"]!.data[0]!;
}

describe("the contrastive loss", () => {
  test("is the cross entropy of both directions; equal captions share an answer", async () => {
    const logits = images.map(([a, b]) => texts.map(([c, d]) => 5 * (a! * c! + b! * d!)));
    const turned = logits.map((_, i) => logits.map((row) => row[i]!));
    const among = (rows: readonly (readonly number[])[]) => {
      const log = (i: number, j: number) => rows[i]![j]! - Math.log(rows[i]!.reduce((sum, v) => sum + Math.exp(v), 0));
      return -((log(0, 0) + log(0, 2)) / 2 + log(1, 1) + (log(2, 0) + log(2, 2)) / 2) / 3;
    };
    expect(deviation(float32([1], [await lossAt(Math.log(5))]), [(among(logits) + among(turned)) / 2])).toBeLessThan(
      1e-5,
    );
  });

  test("knows no steeper temperature than 1 / 100", async () => {
    expect(await lossAt(20)).toBe(await lossAt(Math.log(100)));
    expect(await lossAt(20)).toBeGreaterThan(await lossAt(Math.log(5)));
  });
});

test("answers are rows of shares", () => {
  expect([...answersOf(captions)]).toEqual([0.5, 0, 0.5, 0, 1, 0, 0.5, 0, 0.5]);
});

test("retrieval in groups looks for the nearest of the group alone", () => {
  const flat = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat());
  const four = { images: flat([...images, [1, 0]]), texts: flat([...texts, [0.9, -0.1]]) };
  const accuracy = retrieval({ ...four, captions: ["a", "b", "c", "d"], group: 2 });
  // groups: images (1, 0), (0.6, 0.8) with texts (0.8, 0.6), (0, 1); images (0, -1), (1, 0) with (-1, 0), (0.9, -0.1)
  expect(accuracy["image_to_text_in_group"]).toBe((0.5 + 0.5) / 2);
  expect(accuracy["text_to_image_in_group"]).toBe((0.5 + 1) / 2);
  expect(Object.keys(accuracy)).toHaveLength(4);
});

test("retrieval counts what is nearest; an equal caption is right as well", () => {
  const flat = (rows: readonly (readonly number[])[]) => Float32Array.from(rows.flat());
  expect(retrieval({ images: flat(images), texts: flat(texts), captions })).toEqual({
    image_to_text: 2 / 3, // to the second image the first text is nearer than its own
    text_to_image: 2 / 3, // and to the first text the second image
  });
});
