import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../test/captured-io.ts";
import { tinyLatentModel } from "../../../test/tiny-latent-model.ts";
import { writeFiles } from "../../../test/tiny-pixel-model.ts";
import { main } from "../main.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-inspect-"));
  await writeFiles(join(cwd, "model"), tinyLatentModel());
});
afterAll(() => rm(cwd, { recursive: true }));

async function inspect(...args: readonly string[]) {
  const { io, out, err } = capturedIo({ cwd });
  const code = await main(["inspect", ...args], io);
  return { code, out: out(), err: err() };
}

test("the memory of a model is that of the plan, and grows with the size and the batch", async () => {
  const memory = async (...args: readonly string[]) =>
    JSON.parse((await inspect("model", "--json", ...args)).out).memory;
  const small = await memory("--size", "64x64");
  expect(small).toMatchObject({ width: 64, height: 64, batch: 1 });
  expect(small.mapped).toBeLessThan(small.packed);
  const [large, batch] = [await memory("--size", "512x512"), await memory("--size", "64x64", "--batch", "16")];
  expect(large.packed).toBeGreaterThan(small.packed + 1e6);
  expect(batch.packed).toBeGreaterThan(small.packed);
});

test("a network by itself has no memory of images", async () => {
  const { code, out } = await inspect("model/vae", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).not.toHaveProperty("memory");
});

test("the memory stands in one line", async () => {
  const { out } = await inspect("model", "--size", "32x32");
  expect(out).toMatch(/^memory +about [\d.]+ MB for 32x32; with mapped weights, one network at a time, [\d.]+ MB$/m);
});
