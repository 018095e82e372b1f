import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundledScript } from "../../test/bundled.ts";
import { torchCpu } from "../math/random.ts";

const KILLS = 20;
/** Seed of the random moments; a failed run is made again with AQUATINT_TEST_SEED. */
const SEED = Number(process.env["AQUATINT_TEST_SEED"] ?? Date.now());
const STEPS = 400;

let root: string;
let script: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "aquatint-kill-"));
  script = await bundledScript("line-run", join(root, "script"));
  await writeFile(join(root, "script/package.json"), '{ "type": "module" }');
});
afterAll(() => rm(root, { recursive: true }));

/** When a process is killed: so many milliseconds after it starts, or after it starts to train. */
interface Kill {
  readonly after: "spawn" | "start";
  readonly ms: number;
}

/** A process that trains in a folder, or goes on there. */
function trainingProcess(
  folder: string,
  kill?: Kill,
): Promise<{ code: number | null; signal: string | null; errors: string }> {
  const child = spawn(process.execPath, [script, folder, String(STEPS)]);
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  if (kill) {
    const due = kill.after === "spawn" ? child : child.stdout;
    due.once(kill.after === "spawn" ? "spawn" : "data", () => setTimeout(() => child.kill("SIGKILL"), kill.ms));
  }
  child.stdout.resume();
  return new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal, errors })));
}

const stepsIn = async (file: string): Promise<readonly number[]> =>
  (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).step);

const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

/** State of the model folder, under its name or the one of a kill's moment: whole if its files belong together. */
async function modelIn(folder: string): Promise<"none" | "whole" | "mixed"> {
  const names = await namesIn(folder);
  const model = ["model", "model.before"].find((name) => names.includes(name));
  if (!model) return "none";
  const [first, second] = await Promise.all(
    ["weights.json", "again/weights.json"].map((path) => readFile(join(folder, model, path), "utf8")),
  );
  return first === second ? "whole" : "mixed";
}

test(`a run that is killed ${KILLS} times at random moments (seed ${SEED}) ends as one that was not`, async () => {
  const [quiet, killed] = [join(root, "quiet"), join(root, "killed")];
  const undisturbed = trainingProcess(quiet);
  const models: string[] = [];
  const moments = torchCpu(SEED).rand(KILLS);
  for (let i = 0; i < KILLS; i++) {
    // some while it starts, most while it trains and writes
    const after = i % 5 === 4 ? "spawn" : "start";
    const ms = { spawn: 100 + 300 * moments[i]!, start: 120 * moments[i]! }[after];
    expect(await trainingProcess(killed, { after, ms })).toMatchObject({ signal: "SIGKILL", errors: "" });
    models.push(await modelIn(killed));
  }
  expect(models.join(" ")).toMatch(/^(none ?)*(whole ?)*$/);
  expect(await trainingProcess(killed)).toMatchObject({ code: 0, errors: "" });
  expect(await undisturbed).toMatchObject({ code: 0, errors: "" });
  const weights = (folder: string) => readFile(join(folder, "model/weights.json"), "utf8");
  expect(await weights(killed)).toBe(await weights(quiet));
  expect(await stepsIn(join(killed, "metrics.jsonl"))).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  const evaluated = await stepsIn(join(killed, "evaluations.jsonl"));
  expect(evaluated).toEqual([...new Set(evaluated)].sort((a, b) => a - b));
  expect(evaluated.length).toBeGreaterThan(STEPS - KILLS - 2);
  expect((await readdir(join(killed, "checkpoints"))).length).toBe(2);
}, 900_000);
