import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostTensors } from "../../graph/types.ts";
import type { Device, Program, Runtime, RuntimeOptions, State } from "../types.ts";
import { average, bool, count, descend, float, int, pick, ponder, thought } from "./models.cases.ts";

const slope = float(1, 2, 3);
const half = { rate: float(0.5), slope };
const numbers = (tensors: HostTensors, name: string) => [...(tensors[name]?.data ?? [])];

/** Tests of every runtime. `foreign` is a device that it cannot have. */
export function describeRuntime(open: (options?: RuntimeOptions) => Promise<Runtime>, foreign: Device): void {
  let shared: Runtime;
  beforeAll(async () => {
    shared = await open();
  });
  afterAll(() => shared[Symbol.asyncDispose]());
  const trainer = async (runtime = shared) => ({
    runtime,
    program: await runtime.load(descend),
    state: await runtime.createState({ w: float(1, 1, 1), m: float(0, 0, 0) }),
  });
  runs(trainer);
  refuses(trainer, open);
  aborts(trainer);
  disposes(trainer, open);

  test("a device that is not there is refused, with those that are", async () => {
    const { device, devices } = shared;
    expect(devices).toContain(device);
    await expect(open({ device: foreign })).rejects.toMatchObject({
      code: "runtime/device",
      message: expect.stringContaining(foreign),
      hint: expect.stringContaining(device),
    });
  });
  test("threads are a whole number, and no more than there are", async () => {
    await expect(open({ threads: 0 })).rejects.toHaveProperty("code", "runtime/threads");
    await using single = await open({ threads: 1 });
    expect(single.threads).toBe(1);
  });
}

type Open = () => Promise<Runtime>;
type Trainer = (runtime?: Runtime) => Promise<{ runtime: Runtime; program: Program; state: State }>;

const runs = (trainer: Trainer) =>
  describe("runs", () => {
    test("a state goes from run to run", async () => {
      const { program, state } = await trainer();
      for (let i = 0; i < 3; i++) expect(numbers(await program.run(half, { state }), "step")).toEqual([0.5, 1, 1.5]);
      expect(await state.read(["w"])).toEqual({ w: float(-0.5, -2, -3.5) });
    });
    test("two programs share a state, and an output can be both result and update", async () => {
      const { runtime, program, state } = await trainer();
      const averaging = await runtime.load(average);
      await program.run(half, { state });
      expect(await averaging.run({}, { state })).toEqual({ "m'": float(0.25, 0, -0.25) });
      expect(await state.read()).toEqual({ w: float(0.5, 0, -0.5), m: float(0.25, 0, -0.25) });
    });
    test("quick runs follow each other, with the feeds as they were at the call", async () => {
      const { program, state } = await trainer();
      const changing = { rate: float(1), slope: float(1, 0, 0) };
      const both = [program.run(changing, { state })];
      changing.slope.data[0] = 10;
      both.push(program.run(changing, { state }));
      expect((await Promise.all(both)).map((r) => numbers(r, "step")[0])).toEqual([1, 10]);
      expect(numbers(await state.read(), "w")[0]).toBe(-10);
    });
    test("integers and booleans", async () => {
      const { runtime } = await trainer();
      const program = await runtime.load(count);
      const results = await program.run({ n: int(5, -7), flag: bool(1, 0) });
      expect(results).toEqual({ sum: int(6, -7), not: bool(0, 1) });
    });
    test("a written state is used by the next run, and what was given stays the caller's", async () => {
      const { program, state } = await trainer();
      const w = float(10, 10, 10);
      await state.write({ w });
      await program.run(half, { state });
      expect(await state.read(["w"])).toEqual({ w: float(9.5, 9, 8.5) });
      expect(w).toEqual(float(10, 10, 10));
    });
    test("the caller's thread goes on meanwhile", async () => {
      const { runtime } = await trainer();
      const program = await runtime.load(ponder);
      const state = await runtime.createState({ w: float(0) });
      const events: string[] = [];
      setTimeout(() => events.push("tick"), 1);
      await program.run({ x0: thought }, { state });
      expect([...events, "done"]).toEqual(["tick", "done"]);
      expect(await state.read()).toEqual({ w: float(1) });
    });
  });

const refuses = (trainer: Trainer, open: Open) =>
  describe("refuses", () => {
    test.each<[string, HostTensors, string]>([
      ["a missing feed", { slope }, '"rate" is missing'],
      ["an unknown feed", { ...half, x: slope }, 'has no "x"'],
      ["a feed of another element type", { ...half, rate: int(1) }, "int32[1]"],
      ["a feed of another shape", { ...half, slope: float(1) }, "float32[1]"],
      ["too few values", { ...half, slope: { ...slope, data: new Float32Array(2) } }, "2 values"],
      ["values of another kind", { ...half, slope: { ...slope, data: new Int32Array(3) as never } }, "Float32Array"],
    ])("%s", async (_, feeds, message) => {
      const { program, state } = await trainer();
      const refusal = { code: "runtime/feed", message: expect.stringContaining(message) };
      await expect(program.run(feeds, { state })).rejects.toMatchObject(refusal);
      expect(await state.read(["w"])).toEqual({ w: float(1, 1, 1) });
    });
    test("no state, a state without its tensors, and a state of another runtime", async () => {
      await using other = await open();
      const { runtime, program } = await trainer();
      const poor = await runtime.createState({ v: float(1) });
      const short = await runtime.createState({ w: float(1) });
      const { state: foreign } = await trainer(other);
      for (const options of [{}, { state: poor }, { state: short }, { state: foreign }]) {
        await expect(program.run(half, options)).rejects.toHaveProperty("code", "runtime/state");
      }
    });
    test("to read what a state lacks or to change its types", async () => {
      const { state } = await trainer();
      await expect(state.read(["v"])).rejects.toHaveProperty("code", "runtime/state");
      await expect(state.write({ w: float(1) })).rejects.toHaveProperty("code", "runtime/state");
      expect(await state.read(["w"])).toEqual({ w: float(1, 1, 1) });
    });
    test("an update that would change a type, and the state stays as it was", async () => {
      const { runtime, state } = await trainer();
      const program = await runtime.load({ ...count, updates: { sum: "w" } });
      const run = program.run({ n: int(1, 2), flag: bool(1, 1) }, { state });
      await expect(run).rejects.toMatchObject({ code: "runtime/state", message: expect.stringContaining("int32[2]") });
      expect(await state.read(["w"])).toEqual({ w: float(1, 1, 1) });
    });
    test("what ONNX Runtime refuses, with its words, and goes on", async () => {
      const { runtime, state } = await trainer();
      await expect(runtime.load({ ...descend, model: new Uint8Array(5) })).rejects.toMatchObject({
        code: "runtime/failed",
        message: expect.stringContaining("protobuf"),
      });
      const program = await runtime.load(pick);
      await expect(program.run({ index: int(0, 1, 9) }, { state })).rejects.toMatchObject({
        code: "runtime/failed",
        message: expect.stringContaining("Gather"),
      });
      expect(await state.read(["w"])).toEqual({ w: float(1, 1, 1) });
      await program.run({ index: int(2, 1, 0) }, { state });
    });
  });

const aborts = (trainer: Trainer) =>
  describe("aborts", () => {
    test("before the call, at once and for nothing", async () => {
      const { program, state } = await trainer();
      const signal = AbortSignal.abort("too late");
      await expect(program.run(half, { state, signal })).rejects.toBe("too late");
      expect(await state.read(["w"])).toEqual({ w: float(1, 1, 1) });
    });
    test("under way and waiting: both reject at once, the state keeps what it had", async () => {
      const { runtime } = await trainer();
      const program = await runtime.load(ponder);
      const state = await runtime.createState({ w: float(7) });
      const stop = new AbortController();
      const order: string[] = [];
      const first = program.run({ x0: thought }, { state, signal: stop.signal });
      const second = program.run({ x0: thought }, { state, signal: stop.signal });
      const third = program.run({ x0: thought }, { state }).then(() => order.push("third ran"));
      stop.abort(new Error("stop"));
      const rejections = Promise.allSettled([first, second]).then((all) => order.push(...all.map((r) => r.status)));
      await Promise.all([rejections, third]);
      expect(order).toEqual(["rejected", "rejected", "third ran"]);
      await expect(first).rejects.toThrow("stop");
      expect(await state.read()).toEqual({ w: float(8) });
    });
    test("results that are not accepted come back, and the state keeps what it had", async () => {
      const { program, state } = await trainer();
      const accept = (results: HostTensors) => numbers(results, "step")[0]! < 1;
      await program.run(half, { state, accept });
      const tooFar = { rate: float(4), slope };
      expect(numbers(await program.run(tooFar, { state, accept }), "step")).toEqual([4, 8, 12]);
      expect(await state.read(["w"])).toEqual({ w: float(0.5, 0, -0.5) });
      const broken = () => {
        throw new Error("cannot tell");
      };
      await expect(program.run(half, { state, accept: broken })).rejects.toThrow("cannot tell");
      await program.run(half, { state });
      expect(await state.read(["w"])).toEqual({ w: float(0, -1, -2) });
    });
    test("an abort after the end changes nothing", async () => {
      const { program, state } = await trainer();
      const stop = new AbortController();
      await program.run(half, { state, signal: stop.signal });
      stop.abort();
      expect(await state.read(["w"])).toEqual({ w: float(0.5, 0, -0.5) });
    });
  });

const disposes = (trainer: Trainer, open: Open) =>
  describe("disposes", () => {
    const gone = { code: "runtime/disposed" };
    test("of a program and a state, twice if asked, after the runs that were called before", async () => {
      const { program, state } = await trainer();
      const last = program.run(half, { state });
      await Promise.all([program[Symbol.asyncDispose](), program[Symbol.asyncDispose]()]);
      expect(numbers(await last, "step")).toEqual([0.5, 1, 1.5]);
      await expect(program.run(half, { state })).rejects.toMatchObject(gone);
      await state[Symbol.asyncDispose]();
      await expect(state.read()).rejects.toMatchObject(gone);
      await expect(state.write({})).rejects.toMatchObject(gone);
    });
    test("of a state that a program is then run with", async () => {
      const { program, state } = await trainer();
      await state[Symbol.asyncDispose]();
      await expect(program.run(half, { state })).rejects.toMatchObject(gone);
    });
    test("of the runtime, with what is under way and what waits", async () => {
      const { runtime, program, state } = await trainer(await open());
      const runs = [program.run(half, { state }), program.run(half, { state })];
      const outcomes = Promise.allSettled(runs);
      await runtime[Symbol.asyncDispose]();
      for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: gone });
      await expect(runtime.load(descend)).rejects.toMatchObject(gone);
      await expect(runtime.createState({})).rejects.toMatchObject(gone);
      await expect(program.run(half, { state })).rejects.toMatchObject(gone);
      await program[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    });
  });
