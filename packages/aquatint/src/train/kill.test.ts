import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const KILLS = 20;
const STEPS = 400;
const script = fileURLToPath(new URL("../../test/line-run.ts", import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-kill-"));
});
afterAll(() => rm(root, { recursive: true }));

/** A process that trains in a folder, or goes on there; with `kill` it is killed so many milliseconds after it starts to train. */
function trainingProcess(
  folder: string,
  kill?: number,
): Promise<{ code: number | null; signal: string | null; errors: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", script, folder, String(STEPS)]);
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  if (kill !== undefined && kill < 0) setTimeout(() => child.kill("SIGKILL"), -kill);
  child.stdout.once("data", () => {
    if (kill !== undefined && kill >= 0) setTimeout(() => child.kill("SIGKILL"), kill);
  });
  child.stdout.resume();
  return new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal, errors })));
}

const metrics = async (folder: string) =>
  (await readFile(join(folder, "metrics.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).step);

// a quiet machine takes half a minute, most of it for starting processes
test(`a run that is killed ${KILLS} times at random moments ends as one that was not`, async () => {
  const [quiet, killed] = [join(root, "quiet"), join(root, "killed")];
  const undisturbed = trainingProcess(quiet);
  for (let i = 0; i < KILLS; i++) {
    // some while it starts, most while it trains and writes
    const moment = i % 5 === 4 ? -300 - 700 * Math.random() : 120 * Math.random();
    expect(await trainingProcess(killed, moment)).toMatchObject({ signal: "SIGKILL", errors: "" });
  }
  expect(await trainingProcess(killed)).toMatchObject({ code: 0, errors: "" });
  expect(await undisturbed).toMatchObject({ code: 0, errors: "" });
  const weights = (folder: string) => readFile(join(folder, "model/weights.json"), "utf8");
  expect(await weights(killed)).toBe(await weights(quiet));
  expect(await metrics(killed)).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  expect((await readdir(join(killed, "checkpoints"))).length).toBe(2);
}, 900_000);
