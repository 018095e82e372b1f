import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "aquatint/cli";
import { afterAll, beforeAll, expect, test } from "vitest";
import { capturedIo } from "../../../aquatint/test/captured-io.ts";
import type { Measured } from "../compare/measured.ts";
import { openComparison, untrainedRuns } from "../compare/open.node.ts";
import { tasks, writeToyComparison } from "./compare.cases.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "aquatint-compare-"));
});
afterAll(() => rm(cwd, { recursive: true }));

const writeComparison = (folder: string, change: object = {}) => writeToyComparison(join(cwd, folder), change);

test("trains what is missing, measures everything and writes a page that needs nothing else", async () => {
  const config = await writeComparison("whole");
  const { io, out, err } = capturedIo({ cwd });
  expect(await main(["compare", config, "--out", "report", "--threads", "1"], io), err()).toBe(0);
  expect(out()).toBe("report/index.html\n");
  const page = await readFile(join(cwd, "report/index.html"), "utf8");
  expect(page).not.toMatch(/(src|href)="(?!#|data:)/);
  const words = page.replace(/data:[^"]*/g, ""); // base64 may spell anything
  expect(words).not.toMatch(/NaN|undefined|Infinity/);
  const measured: Measured = JSON.parse(await readFile(join(cwd, "report/compare.json"), "utf8"));
  expect(measured.models.map(({ points }) => points.map(({ evaluations }) => evaluations))).toEqual([[1], [1], [1, 3]]);
  expect(measured.models.map(({ bound }) => bound !== null)).toEqual([true, false, true]);
  const [vae] = measured.models;
  const { total, reconstruction, priorMatching } = vae!.bound!.elbo;
  expect(total).toBeCloseTo(reconstruction + priorMatching, 9);
  expect(measured.models[1]!.parameters).toBeLessThan(measured.models[1]!.training.parameters!);
  for (const { training } of measured.models) expect(training.steps).toBe(2);

  expect(await untrainedRuns(await openComparison(config))).toEqual([]);
}, 600_000);

test("what does not fit together is refused before anything is trained", async () => {
  const refused = async (folder: string, change: object, message: RegExp) => {
    const { io, err } = capturedIo({ cwd });
    expect(await main(["compare", await writeComparison(folder, change), "--out", "report"], io)).toBe(1);
    expect(err()).toMatch(message);
  };
  await refused("judge", { judge: "vae.json" }, /of the task "vae", expected classification/);
  await refused("missing", { judge: "nothing.json" }, /nothing\.json/);
  const models = [
    { name: "a", config: "vae.json" },
    { name: "b", config: "other.json" },
  ];
  const path = await writeComparison("data", { models });
  const training = { steps: 2, batch_size: 4 };
  const other = { output: join(cwd, "other"), dataset: { name: "digits", digits: [3] }, training, ...tasks.gan };
  await writeFile(join(cwd, "data/other.json"), JSON.stringify(other));
  const { io, err } = capturedIo({ cwd });
  expect(await main(["compare", path, "--out", "report"], io)).toBe(1);
  expect(err()).toMatch(/of different data/);
});
