import { textToImageModel } from "aquatint";
import { memoryFiles, openModel } from "aquatint/checkpoints";
import { sizeOf } from "aquatint/graph";
import { nodeRuntime } from "aquatint/node";
import {
  modelParameters,
  motionModules,
  plainCaptions,
  textToImageNetwork,
  withMotionModules,
} from "aquatint/pipelines";
import { expect, test } from "vitest";
import { tinyVideoParts } from "../../../aquatint/test/tiny-motion.ts";
import { tinyPixelModel } from "../../../aquatint/test/tiny-pixel-model.ts";
import { promptWords, type UNetReading, unetObserver, wordMap } from "./index.ts";

async function readTinyUNet(rows: number) {
  await using runtime = await nodeRuntime();
  const model = await textToImageModel(await openModel(memoryFiles(tinyPixelModel())));
  const readings: UNetReading[] = [];
  const observer = unetObserver({ activations: true, attention: true }, (reading) => void readings.push(reading));
  const parts = { runtime, modules: model.modules, ...(await model.binding()) };
  await using network = textToImageNetwork({ ...parts, observer });
  await using plain = textToImageNetwork(parts);
  const captions = Array.from({ length: rows }, () => "a red apple");
  const conditions = await network.encode(plainCaptions(model.tokenizers, captions));
  const x = Float32Array.from({ length: rows * 3 * 64 }, (_, i) => Math.sin(i));
  const input = { dtype: "float32" as const, shape: [rows, 3, 8, 8], data: x };
  const output = await network.predict(input, 500, conditions);
  return { model, readings, output, plain: await plain.predict(input, 500, conditions) };
}

test("the parts of a U-Net are those of its config, joined as it computes, with all of its parameters but the time's", async () => {
  const { model, readings } = await readTinyUNet(1);
  const parts = readings[0]!.activations.map(({ part }) => part);
  const paths = parts.map(({ path }) => path);
  expect(paths[0]).toBe("conv_in");
  expect(paths.at(-1)).toBe("conv_out");
  const [first] = parts;
  expect([first!.kind, first!.height, first!.width, first!.inputs]).toEqual(["convolution", 8, 8, []]);
  // each output of the way down is read once by the way up
  const down = parts.filter(({ side, kind }) => side === "down" && kind !== "attention");
  const skips = parts.filter(({ side, kind }) => side === "up" && kind === "residual").map(({ inputs }) => inputs);
  expect(skips.every(({ length }) => length === 2)).toBe(true);
  expect(skips.length).toBe(down.length);
  const expected = [...modelParameters(model.modules)].filter(
    ([name]) => name.startsWith("unet.") && !/^unet\.(time_embedding|conv_norm_out)/.test(name),
  );
  const count = parts.reduce((sum, { parameters }) => sum + parameters, 0);
  expect(count).toBe(expected.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0));
});

test("activations are of the network that is run: the last one is its output, which the reading does not change", async () => {
  const { readings, output, plain } = await readTinyUNet(1);
  expect(readings.length).toBe(1); // the text encoder is passed over
  expect(readings[0]!.activations.at(-1)!.values).toEqual(output);
  expect(output).toEqual(plain);
  for (const { part, values } of readings[0]!.activations) {
    expect([part.path, values.length]).toEqual([part.path, part.channels * part.height * part.width]);
  }
});

test("attention to words is a distribution at each place, for each row", async () => {
  const { model, readings } = await readTinyUNet(2);
  const [tokenizer] = model.tokenizers;
  expect(readings[0]!.attention.length).toBeGreaterThan(0);
  for (const { path, height, width, tokens, weights } of readings[0]!.attention) {
    expect(path).toMatch(/attn2$/);
    expect([weights.length, tokens]).toEqual([2 * height * width * tokens, tokenizer!.modelMaxLength]);
    const all = wordMap({ weights, tokens }, { from: 0, ids: Array.from({ length: tokens }, () => 0) });
    for (const sum of all) expect(sum).toBeCloseTo(1, 5);
  }
});

test("attention to frames is a distribution for each frame at each place, beside that to words", async () => {
  await using runtime = await nodeRuntime();
  const { images, opened } = await tinyVideoParts();
  const model = withMotionModules(images, await motionModules(opened));
  const readings: UNetReading[] = [];
  const observer = unetObserver({ attention: true, motion: true }, (reading) => void readings.push(reading));
  await using network = textToImageNetwork({ runtime, modules: model.modules, observer, ...(await model.binding()) });
  const conditions = await network.encode(plainCaptions(model.tokenizers, ["a red apple"]));
  const shape = [1, 4, 3, 8, 8];
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i));
  await network.predict({ dtype: "float32", shape, data }, 500, conditions);
  const { motion, attention } = readings[0]!;
  expect(motion.length).toBeGreaterThan(0);
  for (const { path, height, width, frames, weights } of motion) {
    expect(path).toMatch(/motion_modules\.\d+\.transformer_blocks\.\d+\.attn[12]$/);
    expect([frames, weights.length]).toEqual([3, height * width * 3 * 3]);
    for (let row = 0; row < weights.length; row += frames) {
      expect(weights.subarray(row, row + frames).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
  }
  expect(attention.length).toBeGreaterThan(0);
  expect(attention.filter(({ path }) => path.includes("motion"))).toEqual([]);
});

test("words have the tokens of the prompt, as far as they fit", () => {
  const tokenizer = {
    modelMaxLength: 8,
    encode: (text: string) => [1, ...text.split(/\s+/).flatMap((word) => [...word].map((c) => c.charCodeAt(0))), 2],
  };
  expect(promptWords(tokenizer, " ab  c defg")).toEqual([
    { text: "ab", from: 1, ids: [97, 98] },
    { text: "c", from: 3, ids: [99] },
  ]);
});
