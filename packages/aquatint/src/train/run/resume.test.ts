import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findRuns } from "../../runs/find.node.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { TrainConfig } from "../config/config.ts";
import { type LineRunOptions, lineRun } from "../line-run.cases.ts";
import { tinyConfig, tinyConfigs } from "../tiny.cases.ts";
import type { RunEvent } from "./events.ts";
import { diskFiles } from "./folder.node.ts";
import { configChange, finishedRun } from "./resume.ts";
import { newestCheckpoint, textOf } from "./run-folder.ts";

let runtime: Runtime;
let root: string;
let folder: string;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
  root = await mkdtemp(join(tmpdir(), "aquatint-resume-"));
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});
let runs = 0;
beforeEach(() => {
  folder = join(root, String(++runs));
});

const STEPS = 12;
async function run(options: Partial<LineRunOptions> = {}): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const { training = { steps: STEPS } } = options;
  for await (const event of lineRun({ runtime, files: diskFiles(folder), ...options, training })) events.push(event);
  return events;
}
const problems = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "problem" ? [event.message] : []));
const contentsOf = (...paths: readonly string[]) =>
  Promise.all(["model/weights.json", "metrics.jsonl", ...paths].map((path) => readFile(join(folder, path), "utf8")));
/** The configuration of `lineRun` as it is in the folder. */
const config = async (training: object = {}) => {
  const json = JSON.parse(await textOf(diskFiles(folder), "config.json")) as TrainConfig;
  return { ...json, training: { ...json.training, ...training } } as TrainConfig;
};
const finished = async (training?: object) => {
  const { checkpoint } = await newestCheckpoint(diskFiles(folder));
  return finishedRun(diskFiles(folder), { config: await config(training), checkpoint });
};

describe("a run that is over", () => {
  test("has nothing left to do, unless it is made longer or its model is gone", async () => {
    await run();
    expect(await finished()).toEqual({ folder, path: `${folder}/model`, step: STEPS, ended: "steps" });
    expect(await finished({ steps: 5 })).toMatchObject({ step: STEPS, ended: "steps" });
    expect(await finished({ steps: STEPS + 1 })).toBeUndefined();
    expect(await finished({ steps: undefined, minutes: Number.MIN_VALUE })).toMatchObject({ ended: "minutes" });
    await rm(join(folder, "model"), { recursive: true });
    expect(await finished()).toBeUndefined();
  });

  test("makes no step however often it is resumed", async () => {
    await run();
    const before = await contentsOf("evaluations.jsonl");
    for (let i = 0; i < 2; i++) {
      const events = await run({ resume: true });
      expect(events.map(({ type }) => type)).toEqual(["start", "model"]);
    }
    expect(await contentsOf("evaluations.jsonl")).toEqual(before);
    expect(await readdir(join(folder, "checkpoints"))).toHaveLength(2);
  });

  test("by a plateau is over when it is resumed, too", async () => {
    const plateau = { window: 2, patience: 3, improvement: 0.9 };
    const training = { steps: undefined, plateau, learning_rate_schedule: { name: "constant" } };
    const ended = (await run({ training })).at(-1);
    expect(ended).toMatchObject({ type: "model", ended: "plateau" });
    const before = await contentsOf();
    expect((await run({ training, resume: true })).at(-1)).toEqual(ended);
    expect(await contentsOf()).toEqual(before);
  });

  test.each([
    ["before its model", true],
    ["before its evaluation", false],
  ])("that was killed after its last checkpoint, %s, is completed to the bit", async (_, old) => {
    await run();
    const [weights, metrics, evaluations] = await contentsOf("evaluations.jsonl");
    const records = evaluations!.trim().split("\n").slice(0, -1);
    await writeFile(join(folder, "evaluations.jsonl"), `${records.join("\n")}\n`);
    await rm(join(folder, "end.json"));
    if (old)
      for (const file of ["weights.json", "again/weights.json"]) await writeFile(join(folder, "model", file), "{}");
    const events = await run({ resume: true });
    expect(events.map(({ type }) => type)).toEqual(["start", "evaluation", "model"]);
    const after = await contentsOf("evaluations.jsonl");
    expect(after.slice(0, 2)).toEqual([weights, metrics]);
    const figures = (text: string) =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).metrics);
    expect(figures(after[2]!)).toEqual(figures(evaluations!));
    expect(await finished()).toBeDefined();
    const [entry] = await findRuns(folder);
    expect(entry!.summary).toMatchObject({ state: "done", step: STEPS, steps: STEPS });
  });

  test("goes on where it is made longer, to the weights of a run of that length", async () => {
    const constant = { learning_rate_schedule: { name: "constant" } };
    await run({ training: { steps: 20, ...constant } });
    const uninterrupted = await readFile(join(folder, "model/weights.json"), "utf8");
    folder += "-again";
    await run({ training: { steps: STEPS, ...constant } });
    const events = await run({ training: { steps: 20, ...constant }, resume: true });
    expect(events.filter(({ type }) => type === "step")).toHaveLength(20 - STEPS);
    expect(await readFile(join(folder, "model/weights.json"), "utf8")).toBe(uninterrupted);
    expect(JSON.parse(await readFile(join(folder, "end.json"), "utf8"))).toEqual({ step: 20 });
  });
});

describe("a resumed run tells", () => {
  test("records that are lost, and trains on", async () => {
    await run();
    await rm(join(folder, "metrics.jsonl"));
    expect(problems(await run({ resume: true }))).toEqual([expect.stringContaining("lacks the steps 1 to 12")]);
    const training = { steps: STEPS + 2 };
    expect(problems(await run({ resume: true, training }))[0]).toContain("lacks the steps 1 to 12");
    expect((await stat(join(folder, "metrics.jsonl"))).size).toBeGreaterThan(0);
  });

  test("another number of threads and another device", async () => {
    const machine = { processor: "p", cores: 4, memory: 8, system: "linux x64", node: "v20" };
    await run({ host: { machine } });
    expect(problems(await run({ resume: true, host: { machine, threads: 4 } }))).toEqual([]);
    const [problem] = problems(await run({ resume: true, host: { machine, threads: 1 } }));
    expect(problem).toMatch(/threads from 4 to 1.*rounding/);
  });

  const base = { model: { ...tinyConfigs, scheduler: { prediction_type: "epsilon" }, tokenizer: { merges: 20 } } };
  const changed = async (before: object, now: object) => {
    const files = diskFiles(folder);
    await files.write("config.json", JSON.stringify(tinyConfig({ ...base, ...before })));
    return configChange(files, tinyConfig({ ...base, ...now }));
  };

  test("nothing where the configuration is the same, lies elsewhere, or names a preset of the same values", async () => {
    expect(await changed({}, {})).toBeUndefined();
    expect(await changed({}, { output: "elsewhere", $schema: "x" })).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ["seed", { training: { seed: 4 } }, "training.seed from 3 to 4"],
    ["batch size", { training: { batch_size: 8 } }, "training.batch_size from 4 to 8"],
    ["learning rate", { training: { learning_rate: 0.1 } }, "training.learning_rate from 0.003 to 0.1"],
    ["length", { training: { steps: 60 } }, "training.steps from 6 to 60"],
  ])("another %s, and that the weights will be others", async (_, now, expected) => {
    const message = await changed({}, now);
    expect(message).toContain(expected);
    expect(message).toContain("not be those of a run that was never stopped");
  });

  test("another image size", async () => {
    const dataset = (size: number) => ({ dataset: { name: "captioned-folder", folder: "x", size } });
    expect(await changed(dataset(8), dataset(16))).toContain("dataset.size from 8 to 16");
  });

  test("what changes no weights without that sentence", async () => {
    const samples = { prompts: ["red"], every_minutes: 2 };
    const message = await changed({}, { samples, keep_checkpoints: 3 });
    expect(message).toContain("keep_checkpoints from 2 to 3");
    expect(message).not.toContain("never stopped");
  });

  test("a folder of a frozen part that has moved", async () => {
    const model = (vae: string) => ({ model: { ...base.model, vae } });
    expect(await changed(model("here"), model("there"))).toContain('model.vae from "here" to "there"');
    await expect(changed({}, model("there"))).rejects.toMatchObject({ code: "train/changed" });
  });

  test("that the record of its configuration is gone", async () => {
    expect(await configChange(diskFiles(folder), tinyConfig())).toContain("config.json is missing");
  });

  test.each<[string, object, string]>([
    [
      "prediction type",
      { model: { ...base.model, scheduler: { prediction_type: "v_prediction" } } },
      'prediction_type from "epsilon" to "v_prediction"',
    ],
    [
      "network",
      { model: { ...base.model, unet: { ...tinyConfigs.unet, layers_per_block: 2 } } },
      "model.unet.layers_per_block from 1 to 2",
    ],
    ["vocabulary", { model: { ...base.model, tokenizer: { merges: 30 } } }, "model.tokenizer.merges from 20 to 30"],
    [
      "kind of data",
      { dataset: { name: "captioned-folder", folder: "x", size: 8 } },
      'dataset.name from "digits" to "captioned-folder"',
    ],
  ])("refuses another %s, and says what to do", async (_, now, expected) => {
    await expect(changed({}, now)).rejects.toMatchObject({
      code: "train/changed",
      message: expect.stringContaining(expected),
      hint: expect.stringContaining("--init-from"),
    });
  });
});
