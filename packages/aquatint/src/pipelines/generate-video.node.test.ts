import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyLatentModel } from "../../test/tiny-latent-model.ts";
import { tinyMotionAdapter } from "../../test/tiny-motion.ts";
import { writeFiles } from "../../test/tiny-pixel-model.ts";
import { openModel } from "../checkpoints/open.node.ts";
import { motionModules, withMotionSchedule } from "./adapters/motion.ts";
import { defaultMotionFolder } from "./default-model.node.ts";
import { type GenerateVideoOptions, generateVideo, openTextToVideo, prepareVideo } from "./generate-video.node.ts";
import { planMemoryLimit } from "./memory/plan.node.ts";
import { rehearsedClip } from "./memory/rehearsal.ts";
import { planTextToVideo } from "./text-to-video/plan.ts";

let root: string;
let options: GenerateVideoOptions;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-video-"));
  const [model, motion] = [join(root, "model"), join(root, "motion")];
  await writeFiles(model, tinyLatentModel());
  await writeFiles(motion, tinyMotionAdapter());
  options = { prompt: "a red apple", model, motion, width: 32, height: 32, frames: 3, steps: 2, seed: 1 };
});
afterAll(() => rm(root, { recursive: true }));

async function clips(changes: Partial<GenerateVideoOptions> = {}) {
  const pixels: (readonly number[])[] = [];
  for await (const event of generateVideo({ ...options, ...changes })) {
    if (event.type === "video") pixels.push(event.frames.flatMap(({ data }) => [...data]));
  }
  return pixels;
}

test("clips of following seeds, each as it is alone", async () => {
  const [first, second] = await clips({ count: 2 });
  expect(first).toHaveLength(3 * 3 * 32 * 32);
  expect(await clips({ seed: 2 })).toEqual([second]);
  expect(second).not.toEqual(first);
});

test("the engine of images makes no clips, and that of clips no images", async () => {
  const { model, motion } = options;
  await expect(openTextToVideo(String(model))).rejects.toMatchObject({ code: "model/class" });
  await expect(openTextToVideo(String(model), { motion: String(model) })).rejects.toMatchObject({
    code: "model/class",
  });
  expect((await openTextToVideo(String(model), { motion: String(motion) })).modules.motion).toEqual({ maxFrames: 8 });
});

test("the default model's adapter lies beside it, or its absence is told", () => {
  expect(defaultMotionFolder(join(root, "model"))).toBe(join(root, "motion"));
  expect(() => defaultMotionFolder(join(root, "other", "model"))).toThrow(
    "the default model makes images: there is no motion adapter in",
  );
});

test("memory grows with the frames, and a limit too small for them is refused before anything is loaded", async () => {
  const model = await openTextToVideo(String(options.model), { motion: String(options.motion) });
  const bytes = async (frames: number) => {
    const planned = (size: object) => planTextToVideo(model, { ...options, width: 256, height: 256, frames, ...size });
    const run = rehearsedClip({ model, plan: await planned({}), resized: planned });
    return (await planMemoryLimit({ ...run, maxMemory: 64e9, baseline: () => 0 }))?.bytes ?? 0;
  };
  expect((await bytes(8)) - (await bytes(1))).toBeGreaterThan(5e6);
  await expect(prepareVideo({ ...options, maxMemory: 1e6 })).rejects.toMatchObject({ code: "generate/memory" });
});

test("an abort ends a clip in the middle", async () => {
  const abort = new AbortController();
  const run = async () => {
    for await (const { type } of generateVideo({ ...options, signal: abort.signal })) {
      if (type === "evaluation") abort.abort(new Error("enough"));
    }
  };
  await expect(run()).rejects.toThrow("enough");
});

test.each([
  ["sd1", { beta_schedule: "linear", beta_end: 0.012 }],
  ["sdxl", { beta_schedule: "scaled_linear", beta_end: 0.02 }],
] as const)(
  "a model of the family %s takes the noise schedule of its adapters, and a note says so",
  async (family, scheduler) => {
    const model = await openModel(String(options.model));
    const published = { ...model, family, scheduler: { beta_schedule: "scaled_linear", beta_end: 0.012 } };
    const changed = withMotionSchedule(published);
    expect(changed.scheduler).toEqual(scheduler);
    expect(changed.notes.at(-1)).toMatch(family === "sd1" ? "beta_schedule linear" : "beta_end 0.02");
  },
);

test("a model of no published family, or of one without adapters, keeps its noise schedule", async () => {
  const model = await openModel(String(options.model));
  expect(withMotionSchedule(model)).toBe(model);
  const second = { ...model, family: "sd2" as const, scheduler: { beta_schedule: "scaled_linear", beta_end: 0.012 } };
  expect(withMotionSchedule(second)).toBe(second);
});

test("an opened adapter is read once more as it is", async () => {
  const adapter = await openModel(String(options.motion));
  expect((await motionModules(adapter)).config.motion_max_seq_length).toBe(8);
});
