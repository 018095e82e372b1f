import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { outcomes } from "./compare.ts";

const fixtures = fileURLToPath(new URL("../../packages/aquatint/test/fixtures/pipelines", import.meta.url));

/** Every case of the fixture, so that none is left out without a word. */
const cases = [
  "batch",
  ...["img2img-ddim", "img2img-whole", "img2img-heun", "img2img-dpmpp", "img2img-unipc"],
  ...["inpaint-ddpm", "inpaint-euler", "inpaint-heun", "inpaint9", "inpaint9-part"],
  ...["controlnet", "controlnet-two"],
];

async function collect(folder: string, begin = "pipelines/") {
  const all = [];
  for await (const outcome of outcomes(folder)) if (outcome.check.startsWith(begin)) all.push(outcome);
  return all;
}

test("every pipeline agrees with diffusers: the latents after each scheduler call, and the image", async () => {
  const all = await collect(fixtures);
  expect(all.filter((outcome) => !("ok" in outcome && outcome.ok))).toEqual([]);
  const checks = all.map(({ check }) => check);
  expect(checks).toEqual(
    cases.flatMap((name) => ["latents", "image"].map((kind) => `pipelines/${name}/folder/${kind}`)),
  );
});

const clips = [
  ...["clip-euler", "clip-lcm", "clip-windows", "clip-prompts", "clip-free-init", "clip-from-clip"],
  ...["clip-xl", "clip-xl-no-guidance"],
];

test("every clip agrees with diffusers' AnimateDiff pipelines", async () => {
  const all = await collect(fixtures, "clip-");
  expect(all.filter((outcome) => !("ok" in outcome && outcome.ok))).toEqual([]);
  expect(new Set(all.map(({ check }) => check.split("/")[0]))).toEqual(new Set(clips));
});

test("a case whose ControlNet is not there is skipped with the reason", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parity-pipelines-"));
  try {
    await cp(fixtures, folder, { recursive: true });
    await rm(join(folder, "controlnet-2"), { recursive: true });
    const two = (await collect(folder)).find(({ check }) => check.includes("controlnet-two"));
    expect(two).toMatchObject({ skipped: "the folder holds 1 ControlNets, expected 2" });
  } finally {
    await rm(folder, { recursive: true });
  }
});
