import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { noiseWeights } from "../../../test/evaluate.ts";
import { bindWeights } from "../../checkpoints/bind-weights.ts";
import { openFileHeader } from "../../checkpoints/open.node.ts";
import { joinQuantized } from "../../checkpoints/quantized/format.ts";
import { writeQuantized } from "../../checkpoints/quantized/write.node.ts";
import { locationsOf } from "../../checkpoints/read.ts";
import { compile } from "../../compiler/compile.ts";
import { encodeSafetensors } from "../../formats/safetensors/safetensors.ts";
import { float32 } from "../../graph/host-tensor.ts";
import { Conv2d, Linear } from "../../nn/layers.ts";
import { module, parameters } from "../../nn/module.ts";
import { input } from "../../ops/leaves.ts";
import { mean } from "../../ops/reduce.ts";
import { nodeRuntime } from "../runtime.node.ts";
import type { Runtime } from "../types.ts";
import { packedFolder } from "./folder.node.ts";
import { packedKey } from "./key.node.ts";
import { packedRuntime } from "./runtime.node.ts";
import { packedStore } from "./store.node.ts";

let runtime: Runtime;
let root: string;
let cache: string;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
  root = await mkdtemp(join(tmpdir(), "aquatint-packed-"));
});
beforeEach(async () => {
  cache = await mkdtemp(join(root, "cache-"));
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

const image = (size: number) =>
  float32(
    [1, 16, size, size],
    Float32Array.from({ length: 16 * size ** 2 }, (_, i) => Math.sin(i)),
  );
const x = image(8);

/** A convolution and a linear layer with weights in a file, for images of this size. */
async function executable(file: string, size = 8) {
  const [conv, linear] = [Conv2d(16, 32, 3), Linear(32, 24)];
  const net = module({ conv, linear }, () => {});
  if (!existsSync(file)) await writeWeights(file, noiseWeights(parameters(net)));
  const locations = joinQuantized(locationsOf(await openFileHeader(file)), { name: file });
  const bound = await bindWeights(parameters(net), locations);
  const y = linear(mean(conv(input({ name: "x", shape: [1, 16, size, size] })), { axes: [2, 3] }));
  return compile({ outputs: { y }, ...bound });
}

/** The same with its weights in 8 bits. */
async function int8Executable(file: string) {
  const float = `${file}.float`;
  await executable(float);
  const weights = locationsOf(await openFileHeader(float));
  const range = { min: -2, max: 2 };
  const ranges = { input: range, output: range };
  const layers = new Map(["conv.weight", "linear.weight"].map((name) => [name, ranges]));
  await writeQuantized(file, { weights, layers });
  return executable(file);
}

async function writeWeights(file: string, weights: ReturnType<typeof noiseWeights>) {
  const stored = Array.from(weights, ([name, { shape, data }]) => {
    return [name, { dtype: "F32" as const, shape, data: new Uint8Array(data.buffer) }] as const;
  });
  await writeFile(file, encodeSafetensors(new Map(stored)));
}

/** Loads a program and runs it, as one start of a process would. */
async function start(program: Awaited<ReturnType<typeof executable>>, value = x) {
  const uses: (string | undefined)[] = [];
  const folders: string[] = [];
  const recording: Runtime = {
    ...runtime,
    load(loaded) {
      uses.push(loaded.packed?.use ?? loaded.weightMemory);
      return runtime.load(loaded);
    },
  };
  const packed = packedRuntime(recording, {
    store: packedStore(cache),
    onWrite: ({ folder }) => folders.push(folder),
    smallest: 0,
  });
  await using loaded = await packed.load(program);
  const { y } = await loaded.run({ x: value });
  return { uses, folders, y: Array.from(y.data) };
}

describe("packed weights", () => {
  test("are written by the second start and read by the third, with the same results", async () => {
    const program = await executable(join(root, "a.safetensors"));
    const runs = [await start(program), await start(program), await start(program)];
    expect(runs.map(({ uses }) => uses)).toEqual([["mapped"], ["write"], ["read"]]);
    expect(runs.map(({ folders }) => folders)).toEqual([[], [cache], []]);
    for (const { y } of runs) for (const [i, v] of y.entries()) expect(v).toBeCloseTo(runs[0]!.y[i]!, 5);
    const [entry, ...more] = await packedStore(cache).list();
    expect(more).toEqual([]);
    expect(entry?.bytes).toBeGreaterThan(16 * 32 * 9 * 4);
    expect((await readdir(cache)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("in 8 bits are packed from the first start on, with the same results", async () => {
    const program = await int8Executable(join(root, "int8.safetensors"));
    const runs = [await start(program), await start(program), await start(program)];
    expect(runs.map(({ uses }) => uses)).toEqual([[undefined], ["write"], ["read"]]);
    for (const { y } of runs) expect(y).toEqual(runs[0]!.y);
  });

  test.each([
    ["cut off", (file: string) => truncate(file, 100)],
    ["overwritten", async (file: string) => writeFile(file, (await readFile(file)).fill(7))],
    ["gone", (file: string) => rm(file)],
  ])("that are %s are written again, never used", async (_, damage) => {
    const program = await executable(join(root, "b.safetensors"));
    await start(program);
    const packed = await start(program);
    const [entry] = await packedStore(cache).list();
    await damage(join(cache, entry!.key, "weights.bin"));
    const again = await start(program);
    expect(again).toMatchObject({ uses: ["write"], y: packed.y });
    expect((await start(program)).uses).toEqual(["read"]);
  });

  test("are on disk once for two sizes, and outlive the entry that they were written for", async () => {
    const file = join(root, "sizes.safetensors");
    const large = image(16);
    const small = await executable(file);
    for (let i = 0; i < 2; i++) await start(small);
    const store = packedStore(cache);
    const [first] = await store.list();
    const program = await executable(file, 16);
    const runs = [await start(program, large), await start(program, large), await start(program, large)];
    expect(runs.map(({ uses }) => uses)).toEqual([["mapped"], ["write"], ["read"]]);
    const entries = await store.list();
    expect(entries).toHaveLength(2);
    expect(entries.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(1.5 * first!.bytes);
    await store.remove(first!.key);
    const last = await start(program, large);
    expect(last.uses).toEqual(["read"]);
    for (const { y } of [...runs, last]) for (const [i, v] of y.entries()) expect(v).toBeCloseTo(runs[0]!.y[i]!, 5);
  });

  test("stay in their files where the limit has no room beside entries in use, which stay", async () => {
    const [small, other] = [
      await executable(join(root, "f.safetensors")),
      await executable(join(root, "g.safetensors")),
    ];
    for (let i = 0; i < 2; i++) await start(small);
    const store = packedStore(cache);
    const [entry] = await store.list();
    await store.setLimit(1.5 * entry!.bytes);
    for (let i = 0; i < 3; i++) expect((await start(other)).uses).toEqual(["mapped"]);
    expect((await start(small)).uses).toEqual(["read"]);
    await utimes(join(cache, entry!.key, "entry.json"), new Date(0), new Date(0));
    expect((await start(other)).uses).toEqual(["write"]);
  });

  test("of another file, of a changed one and of another graph have keys of their own", async () => {
    const file = join(root, "c.safetensors");
    const program = await executable(file);
    const key = await packedKey(program);
    expect(await packedKey(program)).toBe(key);
    expect(await packedKey({ ...program, model: program.model.slice(1) })).not.toBe(key);
    await utimes(file, new Date(0), new Date(0));
    expect(await packedKey(program)).not.toBe(key);
    expect(await packedKey(await executable(join(root, "d.safetensors")))).not.toBe(key);
  });

  test("are left alone where weights are mapped, few, or the folder cannot be written", async () => {
    const program = await executable(join(root, "e.safetensors"));
    const mapped = { ...program, weightMemory: "mapped" as const };
    await start(mapped);
    expect((await start(mapped)).uses).toEqual(["mapped"]);
    expect(await readdir(cache)).toEqual([]);
    const few = packedRuntime(runtime, { store: packedStore(cache) });
    for (let i = 0; i < 2; i++) await (await few.load(program))[Symbol.asyncDispose]();
    expect(await readdir(cache)).toEqual([]);
    cache = join(root, "e.safetensors", "no-folder");
    for (let i = 0; i < 3; i++) expect((await start(program)).uses).toEqual([undefined]);
  });
});

describe("the store", () => {
  const key = (digit: number) => String(digit).repeat(32);
  async function add(store: ReturnType<typeof packedStore>, digit: number) {
    const draft = await store.draft(key(digit));
    await writeFile(join(draft, "model.onnx"), "m");
    await writeFile(join(draft, "weights.bin"), Buffer.alloc(1000));
    const committed = await store.commit(key(digit), draft);
    const lastUse = new Date(digit * 1000);
    if (committed) await utimes(join(store.folder, key(digit), "entry.json"), lastUse, lastUse);
    return committed;
  }

  test("drops what was used longest ago beyond its limit, and does not keep what is larger", async () => {
    const store = packedStore(cache);
    await store.setLimit(3000);
    for (const digit of [1, 2, 3]) expect(await add(store, digit)).toBe(true);
    expect((await store.list()).map((entry) => entry.key)).toEqual([key(3), key(2)]);
    await store.setLimit(10);
    expect(await add(store, 4)).toBe(false);
    expect(await store.list()).toEqual([]);
  });

  test("removes what a process that was killed had begun to write", async () => {
    const store = packedStore(cache);
    const old = await store.draft(key(1));
    await utimes(old, new Date(0), new Date(0));
    const young = await store.draft(key(1));
    expect((await readdir(cache)).map((name) => join(cache, name))).toEqual([young]);
  });

  test("takes nothing for an entry that is not whole, is another's or has no manifest", async () => {
    const store = packedStore(cache);
    const draft = await store.draft(key(5));
    expect(await store.commit(key(5), draft)).toBe(false);
    await add(store, 6);
    await mkdir(join(cache, key(7)));
    await writeFile(join(cache, key(7), "entry.json"), await readFile(join(cache, key(6), "entry.json")));
    expect([await store.find(key(5)), await store.find(key(7))]).toEqual([undefined, undefined]);
    expect(await store.find(key(6))).toBe(join(cache, key(6)));
    expect(await store.clear()).toBeGreaterThan(1000);
    expect(await store.list()).toEqual([]);
  });
});

test.each([
  ["linux", {}, "/h/a/.cache/aquatint/packed"],
  ["linux", { XDG_CACHE_HOME: "/x" }, "/x/aquatint/packed"],
  ["darwin", {}, "/h/a/Library/Caches/aquatint/packed"],
  ["win32", { LOCALAPPDATA: "/local" }, "/local/aquatint/packed"],
] as const)("the folder on %s with %j is %s", (platform, env, expected) => {
  expect(packedFolder({ platform, env, home: "/h/a" })).toBe(expected);
});
