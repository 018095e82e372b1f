import { type FrameAttention, unetObserver } from "@aquatint/lab/inspect";
import type { Image } from "aquatint/formats";
import { nodeRuntime } from "aquatint/node";
import { motionModules, planTextToVideo, textToImageNetwork, textToVideo, withMotionModules } from "aquatint/pipelines";
import { tinyVideoParts } from "../../../packages/aquatint/test/tiny-motion.ts";

/** The clip of the checks, and the position that is looked at. */
export const clip = { prompt: "a red horse", frames: 4, steps: 2, seed: 5 } as const;
export const position = { x: 0.3, y: 0.8 } as const;

type Numbers = Readonly<Record<string, number>>;

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean differences of neighbors, as the page names them. */
function differences(frames: readonly Image[], name: string): Numbers {
  return Object.fromEntries(
    frames.slice(1).map((frame, i) => {
      const changes = Array.from(frame.data, (value, k) => Math.abs(value - frames[i]!.data[k]!) / 255);
      return [`${i + 1} to ${i + 2} ${name}`, mean(changes)];
    }),
  );
}

/** The weights of the first layer at the place, the mean of its evaluations. */
function matrix(layers: readonly FrameAttention[]): Numbers {
  const of = layers.filter(({ path }) => path === layers[0]!.path);
  const { height, width, frames, weights } = of[0]!;
  const [row, column] = [Math.floor(position.y * height), Math.floor(position.x * width)];
  const start = (weights.length / frames ** 2 - height * width + row * width + column) * frames ** 2; // of the last clip
  return Object.fromEntries(
    Array.from({ length: frames ** 2 }, (_, i) => [
      `from ${Math.floor(i / frames) + 1} to ${(i % frames) + 1}`,
      mean(of.map((layer) => layer.weights[start + i]!)),
    ]),
  );
}

/** The numbers of both figures for the small random model and adapter, by the library in Node. */
export async function videoNumbers(): Promise<{ readonly clip: Numbers; readonly attention: Numbers }> {
  const { images, opened } = await tinyVideoParts();
  const animation = withMotionModules(images, await motionModules(opened));
  const layers: FrameAttention[] = [];
  const observer = unetObserver({ motion: true }, ({ motion }) => void layers.push(...motion));
  await using runtime = await nodeRuntime();
  const plan = await planTextToVideo(animation, { ...clip, sampler: "ddim" });
  const framesOf = async ({ modules, binding }: typeof images): Promise<readonly Image[]> => {
    await using network = textToImageNetwork({ runtime, modules, observer, ...(await binding()) });
    for await (const event of textToVideo(network, plan)) if (event.type === "video") return event.frames;
    return [];
  };
  const [without, modular] = [await framesOf(images), await framesOf(animation)];
  return {
    clip: { ...differences(without, "without"), ...differences(modular, "with") },
    attention: matrix(layers),
  };
}
