import { int32 } from "../../../graph/host-tensor.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { input } from "../../../ops/leaves.ts";
import type { TrainingLatents } from "../denoising/latents.ts";

/** Input of a space of clips of which a step takes some frames. */
export interface SomeFramesInput {
  /** The space of clips of `count` frames. */
  readonly space: TrainingLatents;
  /** Frames of a clip in the data. */
  readonly frames: number;
  /** Frames that a step takes of each clip, 1 .. `frames`. */
  readonly count: number;
  /** Numbers in a frame of the data: c h w. */
  readonly frameSize: number;
}

/** A space of clips that names the positions of the frames it takes. */
export interface ClipLatents extends TrainingLatents {
  /** The positions of the frames in the n clips of a graph, int32 [n, count]. */
  positions(n: number): Tensor;
}

/** The space of clips of which a step takes some frames: evenly spaced from a random one on, each at its position in the clip. */
export function someFrames({ space, frames, count, frameSize }: SomeFramesInput): ClipLatents {
  const stride = Math.floor(frames / count);
  const firsts = frames - stride * (count - 1);
  return {
    ...space,
    positions: (n) => input({ name: "positions", dtype: "int32", shape: [n, count] }),
    feeds(clips, draws) {
      const n = clips.length / (frames * frameSize);
      const positions = new Int32Array(n * count);
      const subset = new Float32Array(n * count * frameSize);
      for (const [clip, first] of draws.randint(0, firsts, n).entries()) {
        for (let k = 0; k < count; k++) {
          const [row, position] = [clip * count + k, first + stride * k];
          const start = (clip * frames + position) * frameSize;
          positions[row] = position;
          subset.set(clips.subarray(start, start + frameSize), row * frameSize);
        }
      }
      return { ...space.feeds(subset, draws), positions: int32([n, count], positions) };
    },
  };
}
