import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundledScript } from "../../test/bundled.ts";

let root: string;
let script: string;
let folder: string;
let runs = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-pipes-"));
  script = await bundledScript("piped-training", join(root, "dist/script"));
  await writeFile(join(root, "package.json"), '{ "type": "module", "version": "0.0.0" }');
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  folder = join(root, `run-${++runs}`);
});

const training = (steps: number, stdio: SpawnOptions["stdio"]): ChildProcess =>
  spawn(process.execPath, [script, folder, String(steps)], { stdio });
const ended = async (child: ChildProcess) =>
  (await once(child, "exit")) as [code: number | null, signal: string | null];
const lastStep = async () => {
  const lines = (await readFile(join(folder, "metrics.jsonl"), "utf8")).trim().split("\n");
  return JSON.parse(lines.at(-1)!) as { readonly step: number };
};

describe("a training whose output", () => {
  test("nobody reads any more goes on to its end, quietly", async () => {
    const child = training(40, ["ignore", "pipe", "pipe"]);
    child.stdout!.destroy();
    child.stderr!.destroy();
    expect(await ended(child)).toEqual([0, null]);
    expect(await lastStep()).toMatchObject({ step: 40, ended: "steps" });
    expect(await readdir(folder)).toContain("model");
  });

  test("is closed after its first line goes on, too", async () => {
    const child = training(40, ["ignore", "ignore", "pipe"]);
    await once(child.stderr!, "data");
    child.stderr!.destroy();
    expect(await ended(child)).toEqual([0, null]);
    expect(await lastStep()).toMatchObject({ step: 40, ended: "steps" });
  });

  test.runIf(existsSync("/dev/full"))("finds no room on the disk says so, and fails when it is done", async () => {
    const child = training(10, ["ignore", openSync("/dev/full", "w"), "pipe"]);
    let errors = "";
    child.stderr!.on("data", (text) => {
      errors += text;
    });
    expect(await ended(child)).toEqual([1, null]);
    expect(errors).toMatch(/error: cannot write to the standard output: the disk is full\nhint: .*written/);
    expect(errors).not.toMatch(/^ +at /m);
    expect(await lastStep()).toMatchObject({ step: 10, ended: "steps" });
  });
});

test.each([
  ["SIGHUP", 129],
  ["SIGTERM", 143],
] as const)(
  "%s ends a training with a checkpoint of its last step, though its terminal is gone",
  async (signal, code) => {
    const child = training(1_000_000, ["ignore", "pipe", "pipe"]);
    while (!existsSync(join(folder, "model")) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.stdout!.destroy();
    child.stderr!.destroy();
    child.kill(signal);
    expect(await ended(child)).toEqual([code, null]);
    const { step } = await lastStep();
    const checkpoints = (await readdir(join(folder, "checkpoints"))).sort();
    expect(checkpoints.at(-1)).toBe(`step-${String(step).padStart(7, "0")}.safetensors`);
  },
);
