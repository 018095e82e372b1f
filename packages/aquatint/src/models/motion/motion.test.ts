import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deviation, evaluate, noise, noiseWeights } from "../../../test/evaluate.ts";
import { float32 } from "../../graph/host-tensor.ts";
import type { HostTensor } from "../../graph/types.ts";
import { parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { parseUNet2DConditionConfig, UNet2DConditionModel } from "../unet/index.ts";
import { frameWindows, windowTensors, windowWeightings } from "./frame-windows.ts";
import { expectFits, type Frames, MotionAdapter, motionPlan, parseMotionAdapterConfig } from "./index.ts";

const widths = { block_out_channels: [8, 16] };
const unet = parseUNet2DConditionConfig({
  ...widths,
  down_block_types: ["CrossAttnDownBlock2D", "DownBlock2D"],
  up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D"],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: 2,
  cross_attention_dim: 6,
});
const adapter = parseMotionAdapterConfig({
  ...widths,
  motion_layers_per_block: 1,
  motion_num_attention_heads: 2,
  motion_norm_num_groups: 4,
  motion_max_seq_length: 6,
});

describe("a U-Net with motion modules", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ threads: 1 });
  });
  afterAll(() => runtime[Symbol.asyncDispose]());

  const model = UNet2DConditionModel(unet, motionPlan(adapter));
  const names = parameters(model);
  const feeds = {
    x: noise([10, 4, 4, 4], { seed: 1, size: 2 }),
    t: float32(
      [10],
      Array.from({ length: 10 }, () => 500),
    ),
    context: noise([10, 3, 6], { seed: 2 }),
  };
  const feed = (name: keyof typeof feeds) => input({ name, shape: feeds[name].shape });
  const output = (frames: Frames) => model(feed("x"), feed("t"), feed("context"), { frames });
  const run = async (frames: Frames): Promise<HostTensor> => {
    const options = { feeds, names, values: noiseWeights(names) };
    return (await evaluate(runtime, { y: output(frames) }, options)).y;
  };

  // The numbers of diffusers 0.36, UNetMotionModel.from_unet2d, with these weights: within 2e-7 of ours.
  test.each<[string, Frames, number[]]>([
    [
      "all frames at once",
      { count: 5 },
      [0.147219, 0.385034, 0.224853, 0.055399, 0.188773, 0.144663, 0.008815, 0.127949],
    ],
    [
      "windows (FreeNoise)",
      { count: 5, windows: { length: 3, stride: 1, weighting: "pyramid" } },
      [0.14333, 0.382761, 0.226724, 0.051694, 0.187838, 0.144342, 0.010823, 0.122927],
    ],
    [
      "windows, the last one diffusers' way",
      { count: 5, windows: { length: 3, stride: 3, weighting: "pyramid", lastWindow: "diffusers" } },
      [0.143108, 0.383071, 0.226397, 0.053671, 0.187957, 0.142957, 0.008902, 0.120272],
    ],
  ])("gives diffusers' numbers: %s", async (_, frames, expected) => {
    const { shape, data } = await run(frames);
    expect(shape).toEqual(feeds.x.shape);
    const picked = float32(
      [8],
      Array.from({ length: 8 }, (_, i) => Number(data[i * 83])),
    );
    expect(deviation(picked, expected)).toBeLessThan(2e-5);
  });

  test("closed windows: turning the clip turns the result", async () => {
    const windows = { length: 3, stride: 1, weighting: "flat", closed: true } as const;
    const turned = Object.fromEntries(
      Object.entries(feeds).map(([name, { shape, data }]) => {
        const frame = data.length / 10;
        const clip = (start: number) => [
          ...data.slice(start + frame, start + 5 * frame),
          ...data.slice(start, start + frame),
        ];
        return [name, float32(shape, [...clip(0), ...clip(5 * frame)])];
      }),
    );
    const values = noiseWeights(names);
    const { y } = await evaluate(runtime, { y: output({ count: 5, windows }) }, { feeds: turned, names, values });
    const plain = await run({ count: 5, windows });
    const frame = y.data.length / 10;
    expect(
      deviation(
        float32([frame], y.data.slice(0, frame) as Float32Array),
        plain.data.slice(frame, 2 * frame) as Float32Array,
      ),
    ).toBeLessThan(1e-5);
    const open = await run({ count: 5, windows: { ...windows, closed: false } });
    expect(deviation(open, plain.data as Float32Array)).toBeGreaterThan(1e-3);
  });

  test("frames must be given, and have positions", () => {
    expect(() => model(feed("x"), feed("t"), feed("context"))).toThrow("needs the number of frames");
    expect(() => output({ count: 10 })).toThrow("10 frames, and the motion modules know 6 positions");
    expect(() => output({ count: 10, windows: { length: 6, stride: 2, weighting: "flat" } })).not.toThrow();
  });
});

test("an adapter's parameters are the motion modules of the U-Net", () => {
  const full = parameters(UNet2DConditionModel(unet, motionPlan(adapter)));
  const alone = parameters(MotionAdapter(adapter));
  const plain = parameters(UNet2DConditionModel(unet));
  expect([...alone.keys()].sort()).toEqual([...full.keys()].filter((key) => !plain.has(key)).sort());
  for (const [key, { shape }] of alone) expect(shape, key).toEqual(full.get(key)?.shape);
});

test.each([
  [{ motion_num_attention_heads: [8] }, '"motion_num_attention_heads" must have 4 entries'],
  [{ conv_in_channels: 9 }, '"conv_in_channels": 9'],
  [{ motion_max_seq_length: 0 }, '"motion_max_seq_length": 0'],
])("a config of another adapter is refused: %j", (json, message) => {
  expect(() => parseMotionAdapterConfig(json)).toThrow(message);
});

test("an adapter of another width is refused", () => {
  expect(() => expectFits(parseMotionAdapterConfig({}), unet)).toThrow(
    "the motion adapter has widths 320, 640, 1280, 1280 and 2, 2, 2, 2 layers a block, the U-Net widths 8, 16 and 1, 1 layers a block",
  );
  expect(() => expectFits(adapter, unet)).not.toThrow();
});

describe("windows of frames", () => {
  test("weights are those of FreeNoise", () => {
    expect(windowWeightings.pyramid(4)).toEqual([1, 2, 2, 1]);
    expect(windowWeightings.pyramid(5)).toEqual([1, 2, 3, 2, 1]);
    expect(windowWeightings.delayed_reverse_sawtooth(4)).toEqual([0.01, 2, 2, 1]);
    expect(windowWeightings.delayed_reverse_sawtooth(5)).toEqual([0.01, 0.01, 3, 2, 1]);
  });

  test.each([
    [
      5,
      3,
      2,
      false,
      [
        [0, 1, 2],
        [2, 3, 4],
      ],
    ],
    [
      6,
      3,
      2,
      false,
      [
        [0, 1, 2],
        [2, 3, 4],
        [3, 4, 5],
      ],
    ],
    [4, 4, 1, false, [[0, 1, 2, 3]]],
    [
      5,
      3,
      2,
      true,
      [
        [0, 1, 2],
        [2, 3, 4],
        [4, 0, 1],
      ],
    ],
  ] as const)("%i frames in windows of %i every %i, closed: %s", (count, length, stride, closed, expected) => {
    const windows = frameWindows(count, { length, stride, weighting: "flat", closed });
    expect(windows.map(({ frames }) => frames)).toEqual(expected);
    const { mean } = windowTensors(count, { length, stride, weighting: "pyramid", closed });
    for (let i = 0; i < count; i++) {
      const row = mean.data.subarray((i * mean.data.length) / count, ((i + 1) * mean.data.length) / count);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    }
  });

  test.each([
    [4, 5, 1],
    [8, 4, 5],
    [8, 4, 0],
    [8, 2.5, 1],
  ])("%i frames in windows of %d every %d are refused", (count, length, stride) => {
    expect(() => frameWindows(count, { length, stride, weighting: "flat" })).toThrow("do not cover");
  });
});
