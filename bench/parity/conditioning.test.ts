import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Outcome } from "./check.ts";
import { pipelines } from "./pipelines.ts";

const fixtures = fileURLToPath(new URL("../../packages/aquatint/test/fixtures/conditioned", import.meta.url));

async function collect(folder: string): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for await (const outcome of pipelines.run(folder, pipelines.claims(await readdir(folder)))) all.push(outcome);
  return all;
}

const refined = ["xl-refiner-img2img", "xl-refiner-img2img-scores"];

test("whole runs agree with diffusers' from both layouts: latents after each step, and the image", async () => {
  const all = await collect(fixtures);
  expect(all.filter((outcome) => !("ok" in outcome && outcome.ok))).toEqual([]);
  const checks = all.map(({ check }) => check.replace(/^pipelines\//, ""));
  for (const run of ["sd-ddim", "lcm", "xl-no-negative", "xl-empty-negative", "xl-sizes", ...refined]) {
    expect(checks).toEqual(expect.arrayContaining([`${run}/folder/latents`, `${run}/folder/image`]));
  }
  for (const form of ["lora-kohya", "lora-peft-alpha4"]) expect(checks).toContain(`sd-lora/single-file/${form}/image`);
  expect(checks).toContain("sd-textual-inversion/folder/inversion-embedding/latents");
  expect(checks).toContain("xl-sizes/single-file/latents");
});

test("what a folder lacks is skipped with the reason", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parity-"));
  try {
    for (const file of ["pipelines.json", "pipelines.safetensors"]) await cp(join(fixtures, file), join(folder, file));
    const all = await collect(folder);
    expect(all.map((outcome) => ("skipped" in outcome ? outcome.skipped : outcome))).toEqual([
      "there is no sd/model_index.json",
      "there is no adapters/inversion*.safetensors",
      "there is no adapters/lora*.safetensors",
      "there is no lcm/model_index.json",
      ...[1, 2, 3].map(() => "there is no xl/model_index.json"),
      ...refined.map(() => "there is no xl-refiner/model_index.json"),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
