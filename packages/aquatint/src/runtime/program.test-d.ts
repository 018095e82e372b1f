import { expectTypeOf, test } from "vitest";
import { compile } from "../compiler/compile.ts";
import type { Executable } from "../compiler/executable.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { HostTensor, HostTensors } from "../graph/types.ts";
import type { Program, RunOptions, Runtime, RuntimeOptions, State } from "./types.ts";

declare const runtime: Runtime;
declare const state: State;
declare const y: Tensor;
declare const outputs: Readonly<Record<string, Tensor>>;

test("a program's results are the outputs that it was compiled from", async () => {
  const executable = compile({ outputs: { loss: y, gradNorm: y } });
  expectTypeOf(executable).toEqualTypeOf<Executable<"loss" | "gradNorm">>();
  const program = await runtime.load(executable);
  expectTypeOf(program).toEqualTypeOf<Program<"loss" | "gradNorm">>();
  const results = await program.run({}, { accept: ({ loss }) => loss.data[0] === 0 });
  expectTypeOf(results.loss).toEqualTypeOf<HostTensor>();
  // @ts-expect-error no such result
  expectTypeOf(results.accuracy).toBeAny();
});

test("where the names are not known, a result may be missing", async () => {
  const results = await (await runtime.load(compile({ outputs }))).run({});
  expectTypeOf(results).toEqualTypeOf<HostTensors>();
  expectTypeOf(results["loss"]).toEqualTypeOf<HostTensor | undefined>();
});

test("a program of known results is one of any", () => {
  expectTypeOf<Program<"loss">>().toExtend<Program>();
  expectTypeOf<Executable<"loss">>().toExtend<Executable>();
});

test("a state is read by name", async () => {
  const { weight } = await state.read(["weight"]);
  expectTypeOf(weight).toEqualTypeOf<HostTensor>();
  expectTypeOf(await state.read()).toEqualTypeOf<HostTensors>();
});

test("options may be undefined", () => {
  expectTypeOf<{ device: undefined; threads: undefined; cpuFallback: undefined }>().toExtend<RuntimeOptions>();
  expectTypeOf<{ state: undefined; signal: undefined; accept: undefined }>().toExtend<RunOptions>();
});
