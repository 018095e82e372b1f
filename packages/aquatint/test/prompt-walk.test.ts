import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Call, createTracer, type Form } from "./call-tracer.ts";
import { capturedIo } from "./captured-io.ts";
import { tinyLatentModel } from "./tiny-latent-model.ts";
import { writeFiles } from "./tiny-pixel-model.ts";
import { tracedModules } from "./traced-modules.ts";

/** A file at its place in the walk. */
interface Stay {
  readonly file: string;
  readonly functions: Set<string>;
  readonly takes: Set<Form>;
  readonly gives: Set<Form>;
  readonly stays: Map<string, Stay>;
}

const stayIn = (file: string): Stay => ({
  file,
  functions: new Set(),
  takes: new Set(),
  gives: new Set(),
  stays: new Map(),
});

/** A hop waits for a result, changes the value's form, or writes it; arithmetic and checks in one form are none. */
const isHop = ({ takes, gives, waits, writes }: Call): boolean =>
  takes.size > 0 && (writes || (gives.size > 0 && (waits || [...gives].some((form) => !takes.has(form)))));

/** The calls that are hops or lead to some. */
const leads = (call: Call): boolean => isHop(call) || call.calls.some(leads);

/** Adds the calls of a call to a file's stay; those that follow each other in one file are one stay, as are repeated ones. */
function add(stay: Stay, { calls }: Call): void {
  for (const call of calls.filter(leads)) {
    const { file, name, takes, gives } = call;
    // a codec is one hop
    const isSame = file === stay.file || (stay.file.startsWith("formats/") && file.startsWith("formats/"));
    const next = isSame ? stay : (stay.stays.get(file) ?? stayIn(file));
    if (!isSame) stay.stays.set(file, next);
    if (file === next.file && name !== "") next.functions.add(name);
    for (const form of takes) next.takes.add(form);
    for (const form of gives) next.gives.add(form);
    add(next, call);
  }
}

const list = (names: Iterable<string>): string => [...names].sort().join(", ");

function* lines({ file, functions, takes, gives, stays }: Stay, depth = 0): Generator<string> {
  const forms = takes.size > 0 ? `: ${list(takes)} -> ${list(gives)}` : "";
  yield `${"  ".repeat(depth)}${file} (${list(functions)})${forms}`.trimEnd();
  for (const stay of stays.values()) yield* lines(stay, depth + 1);
}

const ends = ({ stays }: Stay): number =>
  stays.size === 0 ? 1 : Array.from(stays.values(), ends).reduce((a, b) => a + b);
const filesIn = ({ file, stays }: Stay): string[] => [file, ...[...stays.values()].flatMap(filesIn)];

/** Stable Diffusion's DDIM, which does not clip. */
const scheduler = (text: string) => JSON.stringify({ ...JSON.parse(text), clip_sample: false });

test("docs/engine.md lists the files that a prompt passes through from generate to the written image", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "aquatint-walk-"));
  const files = new Map(tinyLatentModel());
  const config = "scheduler/scheduler_config.json";
  await writeFiles(join(cwd, "model"), files.set(config, scheduler(String(files.get(config)))));
  const tracer = createTracer("apple");
  await using modules = await tracedModules(tracer);
  const { main } = await modules.load("/src/cli/main.ts");
  const { io, err } = capturedIo({ cwd });
  const args = ["--model", "model", "--steps", "2", "--size", "16x16", "--quiet", "--out", "a.png"];
  expect(await main(["generate", "a red apple", ...args], io), err()).toBe(0);
  await rm(cwd, { recursive: true });
  const top = stayIn("");
  add(top, tracer.root);
  const [path] = top.stays.values();
  const page = await readFile(new URL("../../../docs/engine.md", import.meta.url), "utf8");
  const [, listed, fileCount, wayCount] =
    /```text walk\n(.*?)\n```\n\n(\d+) files, (\d+) ways back up/s.exec(page) ?? [];
  expect([...lines(path!)].join("\n")).toBe(listed);
  expect(top.stays.size).toBe(1);
  const [fileTotal, ways] = [new Set(filesIn(path!)).size, ends(path!) - 1];
  expect([fileTotal, ways].map(String)).toEqual([fileCount, wayCount]);
  expect(fileTotal).toBeLessThanOrEqual(25);
  expect(ways).toBeLessThanOrEqual(5);
});
