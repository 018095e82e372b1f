import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AquatintError } from "../errors.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import { lineRun } from "../train/line-run.cases.ts";
import { differences, flattened } from "../train/run/differences.ts";
import type { RunEvent } from "../train/run/events.ts";
import { diskFiles } from "../train/run/folder.node.ts";
import { findRuns, openRuns } from "./find.node.ts";
import { metricFamilies } from "./metric-names.ts";
import { reportedRun, writeRunReport } from "./reported-run.node.ts";
import { readRun, summaryOf } from "./run.ts";
import { AVERAGE_STEPS, averaged, buckets, movingAverage, spread, thinned } from "./series.ts";
import { runsFolder, writtenRun } from "./written-run.cases.ts";

const maker = "a test";
let root: string;
beforeEach(async () => {
  root = await runsFolder();
});
afterEach(() => rm(root, { recursive: true }));
const openOne = async (folder: string) => (await openRuns([{ path: folder, name: "one" }]))[0]!;

describe("series", () => {
  const points = (values: readonly number[]) => values.map((value, i) => ({ step: i + 1, value }));

  test("a moving average follows closely at first, and then over the last hundred", () => {
    const average = movingAverage();
    expect([8, 4, 6].map(average)).toEqual([8, 4, 6]);
    const later = movingAverage();
    for (let i = 0; i < 5 * AVERAGE_STEPS; i++) later(1);
    expect(later(2)).toBeCloseTo(1 + 1 / AVERAGE_STEPS, 12);
    expect(averaged(points([3, 3, 3])).map(({ value }) => value)).toEqual([3, 3, 3]);
  });

  test("buckets hold the lowest, mean and highest of their points; none is lost", () => {
    expect(buckets(points([1, 5, 3, 3, 9]), 3)).toEqual([
      { step: 2, value: 3, low: 1, high: 5 },
      { step: 4, value: 3, low: 3, high: 3 },
      { step: 5, value: 9, low: 9, high: 9 },
    ]);
    expect(buckets([], 3)).toEqual([]);
  });

  test("thinning keeps the last point, spreading the first and the last", () => {
    expect(thinned(points([1, 2, 3, 4, 5]), 3).map(({ step }) => step)).toEqual([1, 3, 5]);
    expect(thinned(points([1, 2, 3, 4]), 2).map(({ step }) => step)).toEqual([2, 4]);
    expect(spread([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 3, 6]);
    expect(spread([7], 3)).toEqual([7]);
  });
});

test("metrics of bands are one family, in the order of the bands", () => {
  expect(metricFamilies(["loss_25_50", "psnr", "loss_0_25", "d.loss_0_50"])).toEqual([
    {
      name: "loss",
      members: [
        { metric: "loss_0_25", band: "0–25 %" },
        { metric: "loss_25_50", band: "25–50 %" },
      ],
    },
    { name: "psnr", members: [{ metric: "psnr", band: "" }] },
    { name: "d.loss", members: [{ metric: "d.loss_0_50", band: "0–50 %" }] },
  ]);
});

test("configurations differ by places; lists of plain values are one", () => {
  const [a, b] = [
    { training: { steps: 1, groups: [{ match: ["a"] }] }, names: ["x", "y"] },
    { training: { steps: 2, groups: [{ match: ["a"] }] }, names: ["x"], more: null },
  ];
  expect([...flattened(a)]).toEqual([
    ["training.steps", "1"],
    ["training.groups[0].match", '["a"]'],
    ["names", '["x","y"]'],
  ]);
  expect(differences([a, b])).toEqual([
    { path: "training.steps", values: ["1", "2"] },
    { path: "names", values: ['["x","y"]', '["x"]'] },
    { path: "more", values: [undefined, "null"] },
  ]);
  expect(differences([a, a])).toEqual([]);
});

describe("a run's folder", () => {
  test("tells how the run stands", async () => {
    const { summary, updated } = await openOne(await writtenRun(root, { ended: true }));
    expect(summary).toMatchObject({ name: "one", state: "done", ended: "steps", task: "denoising", dataset: "digits" });
    expect(summary).toMatchObject({ step: 40, steps: 40, batchSize: 8, minutes: 2, minutesLeft: 0 });
    expect(summary.loss).toBeGreaterThan(1 / 40);
    expect(summary.loss).toBeLessThan(1 / 30);
    expect(summary.evaluation).toEqual({ step: 40, seconds: 120, metrics: { psnr: 20 } });
    expect(summary.started).toBe("2026-11-23T08:00:00.000Z");
    expect(Date.parse(updated!)).toBeGreaterThan(0);
  });

  test.each([
    ["a live process holds it", { steps: 20, holder: process.ppid }, "running"],
    ["nobody holds it", { steps: 20 }, "stopped"],
    ["a process that is no more held it", { steps: 20, holder: 2 ** 30 }, "stopped"],
    ["its last step is its end, still held", { ended: true, holder: process.ppid }, "done"],
  ] as const)("where %s the run is %4$s", async (_, options, state) => {
    expect((await openOne(await writtenRun(root, options))).summary.state).toBe(state);
  });

  test("whose last checkpoint is missing is not done", async () => {
    await writtenRun(root, { ended: true });
    await rm(join(root, "checkpoints"), { recursive: true });
    expect((await openOne(root)).summary.state).toBe("stopped");
  });

  test("may end in half a line; other lines that are no records are told", async () => {
    await writtenRun(root, { torn: '{"step":41,"lo' });
    const torn = await readRun(diskFiles(root));
    expect([torn!.steps.length, torn!.problems]).toEqual([40, []]);
    await writtenRun(root, { torn: '{"step":41}\nnonsense\n' });
    const broken = await readRun(diskFiles(root));
    expect(broken!.steps).toHaveLength(40);
    expect(broken!.problems).toEqual([`${root}/metrics.jsonl: 2 lines are left out, which are no records`]);
  });

  test("without a step yet is a run too", async () => {
    await writtenRun(root, { steps: 0 });
    const run = await readRun(diskFiles(root));
    expect(summaryOf(run!, { name: "new", locked: true })).toMatchObject({ state: "running", step: 0, loss: null });
    await writeRunReport(root, { maker });
  });
});

describe("looking for runs", () => {
  test("goes into folders, but not into runs; what is none is passed over", async () => {
    await writtenRun(join(root, "a"));
    await writtenRun(join(root, "deep/b"));
    await mkdir(join(root, "model/unet"), { recursive: true });
    await writeFile(join(root, "model/unet/config.json"), '{ "sample_size": 32 }');
    await mkdir(join(root, "broken"));
    await writeFile(join(root, "broken/config.json"), "{");
    const names = (await findRuns(root)).map(({ summary }) => summary.name);
    expect(names.toSorted()).toEqual(["a", join("deep", "b")]);
    expect((await findRuns(join(root, "a"))).map(({ summary }) => summary.name)).toEqual(["a"]);
  });

  test("names what is close to a run that is missing", async () => {
    await writtenRun(join(root, "emoji"));
    const wrong = [{ path: join(root, "emojy"), name: "emojy" }];
    await expect(openRuns(wrong)).rejects.toMatchObject({ code: "runs/missing", hint: 'did you mean "emoji"?' });
    await expect(findRuns(join(root, "nowhere"))).rejects.toMatchObject({ code: "runs/missing" });
  });
});

describe("a run that is reported", () => {
  const line = async (stop?: number) => {
    await using runtime = await nodeRuntime({ threads: 1 });
    const controller = new AbortController();
    const events: (RunEvent | { readonly type: "report" })[] = [];
    const run = lineRun({ runtime, files: diskFiles(root), training: { steps: 3 }, signal: controller.signal });
    for await (const event of reportedRun(run, { maker })) {
      events.push(event);
      if (event.type === "step" && event.step === stop) controller.abort(new AquatintError("test/stop", "stopped"));
    }
    return events.map(({ type }) => type);
  };
  const lead = async () => /<p class="lead">([^<]*)/.exec(await readFile(join(root, "report.html"), "utf8"))![1];

  test("writes its report after each checkpoint, and at the end", async () => {
    const types = await line();
    expect(types.slice(-2)).toEqual(["report", "model"]);
    const round = ["step", "checkpoint", "evaluation"];
    expect(types.filter((type) => type !== "report")).toEqual(["start", ...round, ...round, ...round, "model"]);
    expect(await lead()).toContain("Done (steps)");
    expect((await readdir(root)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const [session] = (await readFile(join(root, "sessions.jsonl"), "utf8")).split("\n");
    expect(JSON.parse(session!)).toMatchObject({ step: 0, device: "cpu" });
  });

  test("writes it when it is stopped, too", async () => {
    await expect(line(2)).rejects.toMatchObject({ code: "test/stop" });
    expect(await lead()).toMatch(/2 of 3 steps/);
  });
});
