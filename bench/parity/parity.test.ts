import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Outcome } from "./check.ts";
import { outcomes } from "./compare.ts";

const fixtures = fileURLToPath(new URL("../../packages/aquatint/test/fixtures/parity", import.meta.url));

async function collect(folder: string): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for await (const outcome of outcomes(folder)) all.push(outcome);
  return all;
}

test("random streams, a training run and an autoencoder agree with PyTorch's and diffusers'", async () => {
  const all = await collect(fixtures);
  expect(all.filter((outcome) => !("ok" in outcome && outcome.ok))).toEqual([]);
  expect(all.map(({ check }) => check)).toContain("train-v/weights/rms");
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
