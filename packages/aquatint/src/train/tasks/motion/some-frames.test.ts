import { expect, test } from "vitest";
import { torchCpu } from "../../../math/random.ts";
import { someFrames } from "./some-frames.ts";

const [FRAMES, FRAME_SIZE] = [9, 2];
const space = {
  sample: [3, FRAME_SIZE],
  x0: () => {
    throw new Error("no graph is made");
  },
  feeds: (values: Float32Array) => ({ x0: { dtype: "float32", shape: [values.length], data: values } as const }),
};

test("some frames of a clip are evenly spaced, come from all over it and keep their positions", () => {
  const n = 40;
  const clips = someFrames({ space, frames: FRAMES, count: 3, frameSize: FRAME_SIZE });
  const values = Float32Array.from({ length: n * FRAMES * FRAME_SIZE }, (_, i) => i);
  const { x0, positions } = clips.feeds(values, torchCpu(1));
  expect(positions?.shape).toEqual([n, 3]);
  const firsts = new Set<number>();
  for (let clip = 0; clip < n; clip++) {
    const frames = Array.from(positions!.data.slice(3 * clip, 3 * clip + 3), Number);
    firsts.add(frames[0]!);
    expect(frames).toEqual([0, 3, 6].map((step) => frames[0]! + step));
    const expected = frames.flatMap((frame) => [0, 1].map((i) => (clip * FRAMES + frame) * FRAME_SIZE + i));
    expect(Array.from(x0!.data.slice(6 * clip, 6 * clip + 6))).toEqual(expected);
  }
  expect([...firsts].sort()).toEqual([0, 1, 2]);
});

test("all frames of a clip are as they were", () => {
  const clips = someFrames({ space, frames: FRAMES, count: FRAMES, frameSize: FRAME_SIZE });
  const values = Float32Array.from({ length: 2 * FRAMES * FRAME_SIZE }, (_, i) => i);
  const { x0, positions } = clips.feeds(values, torchCpu(1));
  expect(x0?.data).toEqual(values);
  expect(Array.from(positions!.data)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
});
