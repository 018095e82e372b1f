import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluate, noiseWeights } from "../../../test/evaluate.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { ImageClassifier, parseClassifierConfig, strideOf } from "./index.ts";

const config = parseClassifierConfig({ block_out_channels: [8, 16], norm_num_groups: 4, classes: ["cat", "dog"] });
const image = (h: number, w: number) => input({ name: "x", dtype: "float32", shape: [2, 3, h, w] });

describe("ImageClassifier", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());

  test.each([
    [8, 8],
    [16, 12],
  ])("takes images of %i x %i, and of whatever else its stride divides", (h, w) => {
    const { cells, features } = ImageClassifier(config)(image(h, w));
    expect(cells.shape).toEqual([2, 3, h / strideOf(config), w / strideOf(config)]);
    expect(features.shape).toEqual([2, 16]);
  });

  test("refuses sides that its stride does not divide", () => {
    expect(() => ImageClassifier(config)(image(8, 10))).toThrow(/multiples of 4/);
  });

  test("sees equal images alike, and others differently", async () => {
    const x = float32(
      [2, 3, 8, 8],
      Array.from({ length: 384 }, (_, i) => Math.sin(i % 192)),
    );
    const model = ImageClassifier(config);
    const names = parameters(model);
    const { features } = model(image(8, 8));
    const of = async (feeds: typeof x) => {
      const results = await evaluate(
        runtime,
        { features },
        { feeds: { x: feeds }, names, values: noiseWeights(names) },
      );
      return [...results["features"]!.data];
    };
    const same = await of(x);
    expect(same.slice(0, 16)).toEqual(same.slice(16));
    const data = x.data.map((v, i) => (i < 192 ? -v : v));
    const other = await of({ ...x, data });
    expect(other.slice(0, 16)).not.toEqual(other.slice(16));
  });

  test.each([
    [{ norm_num_groups: 3 }, /not a multiple of the 3/],
    [{ classes: ["cat", "cat"] }, /twice/],
    [{ clases: ["cat"] }, /unknown key "clases"/],
  ])("refuses %o", (wrong, message) => {
    expect(() => parseClassifierConfig({ block_out_channels: [8], ...wrong })).toThrow(message);
  });
});
