import type { Tensor } from "../../../graph/tensor.ts";
import type { HostTensor } from "../../../graph/types.ts";
import { input } from "../../../ops/leaves.ts";
import type { TrainingLatents } from "../denoising/latents.ts";

/** Clips of which a step takes some frames. */
export interface SomeFramesInput {
  /** The space of as many frames as are taken. */
  readonly space: TrainingLatents;
  /** Frames of a clip in the data. */
  readonly frames: number;
  /** Frames that a step takes, at most those. */
  readonly count: number;
  /** Values of a frame in the data. */
  readonly frameSize: number;
}

/** A space of clips that says which frames of theirs it has. */
export interface ClipLatents extends TrainingLatents {
  /** The positions of the frames in the n clips of a graph, int32 [n, count]. */
  positions(n: number): Tensor;
}

/** The space of clips of which some frames are taken: evenly spaced, from a random one on, and they keep their positions. */
export function someFrames({ space, frames, count, frameSize }: SomeFramesInput): ClipLatents {
  const stride = Math.floor(frames / count);
  const firsts = frames - stride * (count - 1);
  return {
    ...space,
    positions: (n) => input({ name: "positions", dtype: "int32", shape: [n, count] }),
    feeds(values, draws) {
      const n = values.length / (frames * frameSize);
      const data = Int32Array.from(draws.randint(0, firsts, n)).reduce<number[]>((all, first) => {
        for (let k = 0; k < count; k++) all.push(first + stride * k);
        return all;
      }, []);
      const subset = new Float32Array(n * count * frameSize);
      for (const [row, position] of data.entries()) {
        const start = (Math.floor(row / count) * frames + position) * frameSize;
        subset.set(values.subarray(start, start + frameSize), row * frameSize);
      }
      const positions: HostTensor = { dtype: "int32", shape: [n, count], data: Int32Array.from(data) };
      return { ...space.feeds(subset, draws), positions };
    },
  };
}
