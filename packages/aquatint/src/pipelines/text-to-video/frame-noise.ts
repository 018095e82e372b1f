import { AquatintError } from "../../errors.ts";
import { unknownName } from "../../math/names.ts";
import { type NormalStream, type Seed, torchCpu } from "../../math/random.ts";
import type { FrameWindows } from "../../models/motion/index.ts";
import type { ClipShape } from "./clip-shape.ts";

/** Noise of the frames behind the first window: new, the first window's in another order, or the first window's again (FreeNoise, Qiu et al. 2023). */
export const frameNoises = ["random", "shuffle", "repeat"] as const;

/** The name of a noise of frames. */
export type FrameNoise = (typeof frameNoises)[number];

/** Returns a noise of frames where it is one. @throws AquatintError "video/noise" with the nearest. */
export function frameNoiseNamed(text: string): FrameNoise {
  const match = frameNoises.find((name) => name === text);
  if (match) return match;
  throw unknownName("video/noise", { name: text, kind: "frame noise", kinds: "frame noises", names: frameNoises });
}

/** The part of a plan that the noise of frames needs. */
export interface FrameNoisePlan {
  readonly clipShape: ClipShape;
  readonly frameNoise: FrameNoise;
  readonly windows: FrameWindows | undefined;
  readonly seed: Seed;
}

/** Refuses a noise that repeats where no windows say after how many frames. @throws AquatintError "video/noise". */
export function checkFrameNoise({ frameNoise, windows }: Pick<FrameNoisePlan, "frameNoise" | "windows">): void {
  if (frameNoise === "random" || windows) return;
  throw new AquatintError(
    "video/noise",
    `the frame noise "${frameNoise}" needs windows of frames, and there are none`,
    {
      hint: "give the length of a window, or take random noise",
    },
  );
}

/** Standard normals of a clip, [c, f, h, w], drawn in the order of diffusers. */
export function clipNoise(stream: NormalStream, plan: FrameNoisePlan): Float32Array {
  const { clipShape, frameNoise, windows } = plan;
  const [channels, count, height, width] = clipShape;
  const eps = stream.randn(channels * count * height * width);
  if (frameNoise === "random" || !windows) return eps;
  const sources = noiseSources[frameNoise](count, windows, stream.randperm ?? torchCpu(plan.seed).randperm);
  const plane = height * width;
  const out = eps.slice();
  for (let c = 0; c < channels; c++) {
    for (const [frame, source] of sources.entries()) {
      const from = (c * count + source) * plane;
      out.set(eps.subarray(from, from + plane), (c * count + frame) * plane);
    }
  }
  return out;
}

type NoiseSources = (count: number, windows: FrameWindows, randperm: (n: number) => Int32Array) => readonly number[];

/** The frame of the drawn noise that each frame takes. */
const noiseSources: Readonly<Record<Exclude<FrameNoise, "random">, NoiseSources>> = {
  repeat: (count, { length }) => Array.from({ length: count }, (_, i) => i % length),
  shuffle(count, { length, stride }, randperm) {
    const sources = Array.from({ length: count }, (_, i) => i);
    for (let start = length; start < count; start += stride) {
      const window = sources.slice(start - length, start - length + stride);
      for (const [k, i] of randperm(window.length).entries()) {
        const source = window[i];
        if (start + k < count && source !== undefined) sources[start + k] = source;
      }
    }
    return sources;
  },
};
