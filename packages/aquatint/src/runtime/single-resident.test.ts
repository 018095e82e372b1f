import { expect, test } from "vitest";
import { compile } from "../compiler/compile.ts";
import type { HostTensor } from "../graph/types.ts";
import { add } from "../ops/elementwise.ts";
import { input } from "../ops/leaves.ts";
import { recordingRuntime } from "./recorder.ts";
import { singleResidentRuntime } from "./single-resident.ts";
import type { Runtime } from "./types.ts";

/** A runtime that writes down what is loaded and unloaded. */
function watched() {
  const happened: string[] = [];
  const { runtime } = recordingRuntime();
  const watching: Runtime = {
    ...runtime,
    async load(executable) {
      const [name] = Object.keys(executable.results);
      happened.push(`load ${name}`);
      const program = await runtime.load(executable);
      return {
        ...program,
        async [Symbol.asyncDispose]() {
          happened.push(`unload ${name}`);
        },
      };
    },
  };
  return { runtime: singleResidentRuntime(watching), happened };
}

const x = input({ name: "x", shape: [2] });
const executable = (name: string) => compile({ outputs: { [name]: add(x, x) } });
const feeds: Record<string, HostTensor> = { x: { dtype: "float32", shape: [2], data: new Float32Array(2) } };

test("a program makes room for the next, and is loaded again when it is run", async () => {
  const { runtime, happened } = watched();
  const a = await runtime.load(executable("a"));
  await a.run(feeds);
  const b = await runtime.load(executable("b"));
  await b.run(feeds);
  await b.run(feeds);
  await a.run(feeds);
  await b[Symbol.asyncDispose]();
  await a[Symbol.asyncDispose]();
  expect(happened).toEqual(["load a", "unload a", "load b", "unload b", "load a", "unload a"]);
});

test("runs that are asked for at once take turns", async () => {
  const { runtime, happened } = watched();
  const [a, b] = await Promise.all(["a", "b"].map((name) => runtime.load(executable(name))));
  happened.length = 0;
  const results = await Promise.all([a!.run(feeds), b!.run(feeds), a!.run(feeds)]);
  expect(results.map((result) => Object.keys(result).join())).toEqual(["a", "b", "a"]);
  expect(happened.filter((event) => event.startsWith("load"))).toEqual(["load a", "load b", "load a"]);
});

test("a program that cannot be loaded leaves the others usable", async () => {
  const { runtime } = watched();
  const a = await runtime.load(executable("a"));
  const failing = singleResidentRuntime({ ...runtime, load: () => Promise.reject(new Error("no memory")) });
  await expect(failing.load(executable("b"))).rejects.toThrow("no memory");
  await expect(failing.load(executable("b"))).rejects.toThrow("no memory");
  expect(Object.keys(await a.run(feeds))).toEqual(["a"]);
});
