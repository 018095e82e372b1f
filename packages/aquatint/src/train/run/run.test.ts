import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AquatintError } from "../../errors.ts";
import { nodeRuntime } from "../../runtime/runtime.node.ts";
import type { Runtime } from "../../runtime/types.ts";
import { lineRun } from "../line-run.cases.ts";
import type { RunEvent } from "./events.ts";
import { claimFolder, diskFiles } from "./folder.node.ts";
import { newestCheckpoint, type RunFiles } from "./run-folder.ts";

let runtime: Runtime;
let root: string;
let folder: string;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
  root = await mkdtemp(join(tmpdir(), "aquatint-run-"));
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});
let runs = 0;
beforeEach(() => {
  folder = join(root, String(++runs));
});

const STEPS = 30;
interface Options {
  readonly files?: RunFiles;
  readonly resume?: boolean;
  readonly training?: object;
  /** Is told every event, and may break the folder. */
  readonly onEvent?: (event: RunEvent) => Promise<void> | void;
  readonly signal?: AbortSignal;
}
async function run({ files = diskFiles(folder), onEvent = () => {}, ...options }: Options = {}): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of lineRun({ runtime, files, ...options })) {
    events.push(event);
    await onEvent(event);
  }
  return events;
}
const weights = async (of = folder) => (await readFile(join(of, "model/weights.json"))).toString();
const problems = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === "problem" ? [event.message] : []));
const records = async (file: string) =>
  (await readFile(join(folder, file), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const stepsIn = async (file: string) => (await records(file)).map(({ step }) => step as number);
const steps = () => stepsIn("metrics.jsonl");
const everyStep = Array.from({ length: STEPS }, (_, i) => i + 1);
/** Final weights of a run without interruption. */
let undisturbed: string;
beforeAll(async () => {
  folder = join(root, "undisturbed");
  await run();
  undisturbed = await weights();
});

test("a step's record holds what is needed to watch a run", async () => {
  const [first] = (await run()).filter((event) => event.type === "step");
  expect(Object.keys(JSON.parse(JSON.stringify(first))).sort()).toEqual([
    "gradNorm",
    "learningRate",
    "loss",
    "metrics",
    "progress",
    "seconds",
    "secondsLeft",
    "secondsPerStep",
    "step",
    "type",
  ]);
  expect(await steps()).toEqual(everyStep);
});

describe("evaluations", () => {
  test("are told and written with each checkpoint", async () => {
    const events = await run();
    const evaluations = events.filter((event) => event.type === "evaluation");
    expect(evaluations.map(({ step }) => step)).toEqual(everyStep);
    const [first, ...rest] = await records("evaluations.jsonl");
    expect(first).toEqual({ step: 1, seconds: expect.any(Number), metrics: evaluations[0]!.metrics });
    expect(rest.at(-1).metrics).toEqual({ bias: JSON.parse(await weights()).bias[0] });
    const at = (type: RunEvent["type"]) => events.findIndex((event) => event.type === type);
    expect(at("evaluation")).toBe(at("checkpoint") + 1);
  });

  test("of steps that are made again are dropped", async () => {
    await run({ training: { steps: 12 } });
    const uninterrupted = await records("evaluations.jsonl");
    await rm(join(folder, "checkpoints", "step-0000012.safetensors"));
    await run({ resume: true, training: { steps: 12 } });
    const metrics = (lines: readonly { readonly metrics: object }[]) => lines.map((line) => line.metrics);
    expect(metrics(await records("evaluations.jsonl"))).toEqual(metrics(uninterrupted));
    expect(await stepsIn("evaluations.jsonl")).toEqual(everyStep.slice(0, 12));
  });
});

describe("a damaged checkpoint is set aside, and the one before it is gone on from", () => {
  const stopped = async () => {
    const stop = new AbortController();
    const reason = new AquatintError("test/stop", "stopped");
    const onEvent = (event: RunEvent) => {
      if (event.type === "step" && event.step === 20) stop.abort(reason);
    };
    await expect(run({ signal: stop.signal, onEvent })).rejects.toBe(reason);
    const name = (await readdir(join(folder, "checkpoints"))).sort().at(-1)!;
    expect(name).toBe("step-0000020.safetensors");
    return join(folder, "checkpoints", name);
  };
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ["a bit flipped in the last tensor", (bytes) => flipped(bytes, bytes.length - 3)],
    ["a bit flipped in the header", (bytes) => flipped(bytes, 300)],
    ["a bit flipped in the checksum", (bytes) => flipped(bytes, bytes.indexOf('"sha256"') + 12)],
    ["cut off", (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ["empty", () => Buffer.alloc(0)],
    ["zeros", (bytes) => Buffer.alloc(bytes.length)],
  ])("%s", async (_, damaged) => {
    const newest = await stopped();
    await writeFile(newest, damaged(await readFile(newest)));
    const events = await run({ resume: true });
    expect(problems(events)).toEqual([
      expect.stringMatching(/step-0000020.*; it is now called step-0000020\.safetensors\.damaged$/),
      "going on from checkpoints/step-0000019.safetensors",
    ]);
    expect(events.find((event) => event.type === "start")).toMatchObject({ step: 19 });
    expect(await weights()).toBe(undisturbed);
    expect(await steps()).toEqual(everyStep);
    expect(await readdir(join(folder, "checkpoints"))).toContain("step-0000020.safetensors.damaged");
  });

  test("without any that is whole it is an error, and nothing is removed", async () => {
    await stopped();
    const names = await readdir(join(folder, "checkpoints"));
    for (const name of names) await writeFile(join(folder, "checkpoints", name), "{");
    await expect(run({ resume: true })).rejects.toMatchObject({ code: "train/no-checkpoint" });
    expect(await readdir(join(folder, "checkpoints"))).toEqual(names.map((name) => `${name}.damaged`));
  });
});
const flipped = (bytes: Buffer, at: number) => Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 4 : byte)));

/** Files of which some writes fail as on a full disk. */
function fullDisk(full: () => boolean): RunFiles {
  const files = diskFiles(folder);
  const failing = async () => {
    throw new AquatintError("file/full", `cannot write ${folder}: the disk is full`);
  };
  const half = async (path: string, text: string, size: number) => {
    await files.append(path, text.slice(0, text.length >> 1), size);
    return failing();
  };
  return {
    ...files,
    write: (path, bytes) => (full() ? failing() : files.write(path, bytes)),
    replace: (path, contents) => (full() ? failing() : files.replace(path, contents)),
    append: (path, text, size) => (full() ? half(path, text, size) : files.append(path, text, size)),
  };
}

test("a full disk is told; training goes on, and loses nothing once there is room", async () => {
  let step = 0;
  const onEvent = (event: RunEvent) => {
    if (event.type === "step") step = event.step;
  };
  const events = await run({ files: fullDisk(() => step >= 10 && step < 20), onEvent });
  expect(problems(events)).toContainEqual(
    expect.stringContaining("the last good checkpoint is checkpoints/step-0000009"),
  );
  expect(problems(events)).toContainEqual(expect.stringContaining("the metrics wait for the next step"));
  expect(await steps()).toEqual(everyStep);
  expect(await stepsIn("evaluations.jsonl")).toEqual(everyStep.filter((at) => at < 10 || at >= 20));
  expect(await weights()).toBe(undisturbed);
});

test("a disk that stays full ends the run with an error, and the last good checkpoint is resumed from", async () => {
  let step = 0;
  const onEvent = (event: RunEvent) => {
    if (event.type === "step") step = event.step;
  };
  await expect(run({ files: fullDisk(() => step >= 10), onEvent })).rejects.toMatchObject({ code: "file/full" });
  const events = await run({ resume: true });
  expect(events.find((event) => event.type === "start")).toMatchObject({ step: 9 });
  expect(await weights()).toBe(undisturbed);
  expect(await steps()).toEqual(everyStep);
});

test("a folder that is deleted is written again, with a checkpoint at once", async () => {
  const onEvent = async (event: RunEvent) => {
    if (event.type === "step" && event.step === 10) await rm(folder, { recursive: true });
  };
  const events = await run({ onEvent });
  expect(problems(events)).toContainEqual(expect.stringContaining("was deleted; it is written again"));
  expect(await weights()).toBe(undisturbed);
  expect((await newestCheckpoint(diskFiles(folder))).checkpoint.step).toBe(STEPS);
  expect(await readdir(folder)).toContain("config.json");
});

test("a divergence names its step and the last good checkpoint", async () => {
  const training = { optimizer: { name: "sgd" }, learning_rate: 1e12, warmup_steps: 1000, clip_norm: null };
  await expect(run({ training })).rejects.toMatchObject({
    code: "train/diverged",
    message: expect.stringMatching(/at step \d+: .* gave .*; the last good checkpoint is .*step-\d+\.safetensors$/),
  });
});

test("a folder belongs to one process; what a killed one left is cleared away", async () => {
  await run();
  const leftover = join(folder, "checkpoints", ".step-0000040.safetensors.0123456789ab.tmp");
  await writeFile(leftover, "half");
  await writeFile(join(folder, "run.lock"), `${process.ppid}\n`);
  await expect(claimFolder(folder)).rejects.toMatchObject({ code: "train/running" });
  await writeFile(join(folder, "run.lock"), "999999999\n");
  await using _ = await claimFolder(folder);
  await expect(readFile(leftover)).rejects.toMatchObject({ code: "ENOENT" });
});
