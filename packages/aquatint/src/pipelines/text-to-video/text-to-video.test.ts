import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scattered } from "../../../test/evaluate.ts";
import { tinyVideoParts } from "../../../test/tiny-motion.ts";
import { sizeOf } from "../../graph/types.ts";
import { torchCpu } from "../../math/random.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { motionModules, withMotionModules } from "../adapters/motion.ts";
import { type TextToImageNetwork, textToImageNetwork } from "../network/network.ts";
import type { PlannedModel } from "../text-to-image/plan.ts";
import { planTextToImage } from "../text-to-image/plan.ts";
import { textToImage } from "../text-to-image/text-to-image.ts";
import { frameOf } from "./clip-shape.ts";
import type { TextToVideoOptions } from "./options.ts";
import { planTextToVideo, type TextToVideoPlan } from "./plan.ts";
import { type TextToVideoEvent, textToVideo } from "./text-to-video.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

/** The model with motion modules of a strength, and its network. */
async function open({ strength = 1 } = {}) {
  const { images, opened } = await tinyVideoParts({ strength });
  const model = withMotionModules(images, await motionModules(opened));
  const network = textToImageNetwork({ runtime, modules: model.modules, ...(await model.binding()) });
  return { images, model, network };
}

const options: TextToVideoOptions = { prompt: "a red apple", width: 32, height: 32, frames: 3, steps: 2, seed: 4 };

async function eventsOf(network: TextToImageNetwork, plan: TextToVideoPlan, seeds?: readonly number[]) {
  const events: TextToVideoEvent[] = [];
  for await (const event of textToVideo(network, plan, { seeds })) events.push(event);
  return events;
}
const clipsIn = (events: readonly TextToVideoEvent[]) =>
  events.flatMap((event) => (event.type === "video" ? event : []));
const lastLatent = (events: readonly TextToVideoEvent[]) =>
  events.flatMap((event) => (event.type === "evaluation" ? [event.latent] : [])).at(-1)!;

const still = (seed: number) => ({
  width: 32,
  height: 32,
  data: Float32Array.from(scattered(3 * 32 * 32, { seed })),
});

describe("clips", () => {
  test("motion modules that change nothing give the images of their frames' noise", async () => {
    const { images, model, network } = await open({ strength: 0 });
    const plan = await planTextToVideo(model, options);
    const events = await eventsOf(network, plan);
    expect(events.map(({ type }) => type)).toEqual(["evaluation", "evaluation", "frame", "frame", "frame", "video"]);
    const [clip] = clipsIn(events);
    expect(clip).toMatchObject({ seed: 4, fps: 8 });
    const eps = torchCpu(4).randn(sizeOf(plan.clipShape));
    await using alone = textToImageNetwork({ runtime, modules: images.modules, ...(await images.binding()) });
    const { prompt, width, height, steps } = options;
    const image = await planTextToImage(images, { prompt: String(prompt), width, height, steps });
    for (const [f, frame] of clip!.frames.entries()) {
      const start = { ...torchCpu(0), randn: () => frameOf(eps, f, plan.clipShape) };
      for await (const event of textToImage(alone, image, { noiseStreams: [{ start, noise: () => eps }] })) {
        if (event.type !== "image") continue;
        const differences = event.image.data.map((v, i) => Math.abs(v - (frame.data[i] ?? 0)));
        expect(Math.max(...differences)).toBeLessThanOrEqual(1); // sums in another order may round otherwise
      }
    }
    await network[Symbol.asyncDispose]();
  });

  test("a batch of clips equals its clips alone, with windows and noise of the sampler", async () => {
    const { model, network } = await open();
    const plan = await planTextToVideo(model, {
      ...options,
      frames: 6,
      windows: { length: 4, stride: 2 },
      sampler: "Euler a",
    });
    const batch = clipsIn(await eventsOf(network, plan, [4, 5]));
    const alone = clipsIn(await eventsOf(network, { ...plan, seed: 5 }));
    expect(batch.map(({ seed }) => seed)).toEqual([4, 5]);
    expect(batch[1]!.frames.map(({ data }) => data)).toEqual(alone[0]!.frames.map(({ data }) => data));
    expect(batch[0]!.frames[0]!.data).not.toEqual(batch[1]!.frames[0]!.data);
    await network[Symbol.asyncDispose]();
  });

  test("the branches of guidance are in calls of their own, and a range of all levels changes nothing", async () => {
    const { model, network } = await open();
    const rows: (number | undefined)[] = [];
    const counted: TextToImageNetwork = {
      ...network,
      predict(x, ...call) {
        rows.push(x.shape[0]);
        return network.predict(x, ...call);
      },
    };
    const last = async (more: Partial<TextToVideoOptions>) => {
      rows.length = 0;
      return lastLatent(await eventsOf(counted, await planTextToVideo(model, { ...options, guidance: 3, ...more })));
    };
    const prompt = ["a red apple", "a blue cat"].map((text, k) => ({ frame: 2 * k, prompt: text }));
    for (const more of [{}, { prompt }]) {
      const everywhere = await last(more);
      expect(rows).toEqual([1, 1, 1, 1]);
      const range = await last({ ...more, guidanceRange: [0, 1000] });
      expect(rows).toEqual([1, 1, 1, 1]);
      expect(range).toEqual(everywhere);
    }
    await network[Symbol.asyncDispose]();
  });

  test("a step cache estimates evaluations of a clip, and an adaptive one refuses a batch", async () => {
    const { model, network } = await open();
    const plan = await planTextToVideo(model, {
      ...options,
      steps: 6,
      stepCache: { name: "easy", start: 0.3, threshold: 1e9 },
    });
    const events = await eventsOf(network, plan);
    const estimated = events.flatMap((event) => (event.type === "evaluation" ? [event.estimated] : []));
    expect(estimated).toEqual([false, false, true, true, true, true]);
    await expect(eventsOf(network, plan, [4, 5])).rejects.toHaveProperty("code", "step-cache/rows");
    await network[Symbol.asyncDispose]();
  });

  test("the first frame stays the image that it is held to", async () => {
    const { model, network } = await open();
    const plan = await planTextToVideo(model, { ...options, firstFrame: still(1) });
    expect(plan).toMatchObject({ begin: 0, strength: 1, holdsFirst: true });
    const events = await eventsOf(network, plan);
    const first = frameOf(lastLatent(events), 0, plan.clipShape);
    const again = await eventsOf(
      network,
      await planTextToVideo(model, { ...options, firstFrame: still(1), prompt: "a blue cat" }),
    );
    expect(frameOf(lastLatent(again), 0, plan.clipShape)).toEqual(first);
    expect(frameOf(lastLatent(again), 1, plan.clipShape)).not.toEqual(frameOf(lastLatent(events), 1, plan.clipShape));
    await network[Symbol.asyncDispose]();
  });

  test("prompts of two frames mix between them: one prompt twice is that prompt", async () => {
    const { model, network } = await open();
    const clip = async (prompt: TextToVideoOptions["prompt"]) =>
      lastLatent(await eventsOf(network, await planTextToVideo(model, { ...options, prompt })));
    const once = await clip("a red apple");
    const twice = await clip([
      { frame: 0, prompt: "a red apple" },
      { frame: 2, prompt: "a red apple" },
    ]);
    expect(Math.max(...once.map((v, i) => Math.abs(v - twice[i]!)))).toBeLessThan(1e-5);
    const other = await clip([
      { frame: 0, prompt: "a red apple" },
      { frame: 2, prompt: "a blue cat" },
    ]);
    expect(other).not.toEqual(once);
    await network[Symbol.asyncDispose]();
  });

  test("FreeInit walks once for each iteration", async () => {
    const { model, network } = await open();
    const events = await eventsOf(network, await planTextToVideo(model, { ...options, freeInit: { iterations: 3 } }));
    const steps = events.flatMap((event) => (event.type === "evaluation" ? [[event.i, event.n]] : []));
    expect(steps).toEqual(Array.from({ length: 6 }, (_, i) => [i, 6]));
    await network[Symbol.asyncDispose]();
  });
});

describe("refused before anything is loaded", () => {
  let model: PlannedModel;
  beforeAll(async () => {
    ({ model } = await open());
  });

  test.each<[string, Partial<TextToVideoOptions>, string, RegExp]>([
    ["more frames than positions", { frames: 9 }, "video/frames", /8 positions.*9 frames/],
    ["no frames", { frames: 0 }, "video/frames", /1 to 1024/],
    ["half a frame", { frames: 2.5 }, "video/frames", /got 2.5/],
    ["another number of frames than init has", { init: [still(1)] }, "video/frames", /3 frames.* has 1/],
    ["a window longer than the positions", { frames: 20, windows: { length: 9 } }, "video/windows", /8 positions/],
    ["a stride that leaves frames out", { frames: 20, windows: { length: 4, stride: 5 } }, "video/windows", /stride/],
    ["a frame rate of 0", { fps: 0 }, "video/fps", /got 0/],
    ["a prompt outside of the clip", { prompt: [{ frame: 3, prompt: "a cat" }] }, "video/prompt", /0 to 2/],
    ["no prompt", { prompt: [] }, "video/prompt", /empty/],
    ["a noise that repeats without windows", { frameNoise: "repeat" }, "video/noise", /windows/],
    ["one iteration of FreeInit", { freeInit: { iterations: 1 } }, "video/free-init", /2 to 20/],
    ["a strength without frames", { strength: 0.5 }, "generate/strength", /there is none/],
  ])("%s", async (_, wrong, code, message) => {
    await expect(planTextToVideo(model, { ...options, ...wrong })).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test("a model of images, and an adapter of another U-Net", async () => {
    const { images, opened } = await tinyVideoParts();
    await expect(planTextToVideo(images, options)).rejects.toThrow(expect.objectContaining({ code: "video/motion" }));
    const motion = await motionModules(opened);
    const wide = { ...motion, config: { ...motion.config, block_out_channels: [8, 32] } };
    expect(() => withMotionModules(images, wide)).toThrow(expect.objectContaining({ code: "motion/shape" }));
    await expect(motionModules({ ...opened, components: new Map() })).rejects.toMatchObject({ code: "model/class" });
  });
});
