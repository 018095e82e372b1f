import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { errorOfLargest, maxError, type Outcome } from "./check.ts";
import { outcomes } from "./compare.ts";

const fixtures = fileURLToPath(new URL("../../packages/aquatint/test/fixtures/parity", import.meta.url));

/** One output of each network in the fixture, so that none is left out without a word. */
const networks = {
  "unet-inpaint": "steered_t1",
  "unet-lcm": "out_t981",
  "unet-xl": "out_t981",
  "unet-uneven": "steered_t1",
  "unet-upscaler": "out_t1",
  "unet-unclip": "out_t1",
  controlnet: "guess_t981_mid",
  "controlnet-xl": "plain_t981_mid",
  "controlnet-pooled": "plain_t981_0",
  "vae-tiny": "unit",
  "text_encoder-highest": "clip_skip_1",
  "text_encoder-first": "pooled",
};

async function collect(folder: string): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for await (const outcome of outcomes(folder)) all.push(outcome);
  return all;
}

test("random streams, a training run and each kind of network agree with PyTorch's and diffusers'", async () => {
  const all = await collect(fixtures);
  expect(all.filter((outcome) => !("ok" in outcome && outcome.ok))).toEqual([]);
  const checks = all.map(({ check }) => check);
  expect(checks).toContain("train-v/weights/rms");
  for (const [part, output] of Object.entries(networks)) expect(checks).toContain(`tiny-parts/${part}/${output}`);
});

test("a wrong number fails, and what is not known is skipped with a reason", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parity-"));
  try {
    const streams = JSON.parse(await readFile(join(fixtures, "random.json"), "utf8"));
    streams["0"].rand_10[3] += 1e-3;
    await writeFile(join(folder, "random.json"), JSON.stringify({ "0": streams["0"] }));
    await writeFile(join(folder, "strange.json"), "{}");
    const all = await collect(folder);
    const failed = all.filter((outcome) => "ok" in outcome && !outcome.ok).map(({ check }) => check);
    expect(failed).toEqual(["random/0/rand_10"]);
    expect(all.at(-1)).toMatchObject({ check: "strange.json", skipped: expect.stringContaining("not supported") });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("an error is measured by element or by tensor, and NaN is an error wherever it stands", () => {
  expect(maxError([1, 20], [1, 10])).toBe(1);
  expect(errorOfLargest([1, 96], [2, 128])).toBe(0.25);
  expect(errorOfLargest([0, 0], [0, 0])).toBe(0);
  expect(maxError([Number.NaN, 1], [0, 1])).toBe(Number.POSITIVE_INFINITY);
  expect(maxError([1], [1, 2])).toBe(Number.POSITIVE_INFINITY);
});
