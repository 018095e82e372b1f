import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scattered } from "../../test/evaluate.ts";
import { type Shape, sizeOf } from "../graph/types.ts";
import type { OpCase, Sample } from "../ops/cases/conformance.cases.ts";
import { convolution, transposed } from "../ops/cases/conv.cases.ts";
import { reduced, zip } from "../ops/cases/float64.cases.ts";
import { product } from "../ops/cases/matmul.cases.ts";
import { measure, probe } from "../ops/cases/measure.cases.ts";
import { conv2d, convTranspose2d } from "../ops/conv.ts";
import { add, mul } from "../ops/elementwise.ts";
import { matmul } from "../ops/matmul.ts";
import { sum } from "../ops/reduce.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import type { Runtime } from "../runtime/types.ts";
import { type Step, steps } from "./random-graphs.cases.ts";

/** The same graphs in every run; a failure prints its seed and the smallest graph that fails. */
const runOptions = { seed: 20261123, numRuns: 30 };

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const noise = (shape: Shape, seed: number): Sample => ({
  dtype: "float32",
  shape,
  data: scattered(sizeOf(shape), { from: -1.5, to: 1.5, seed }).map(Math.fround),
});
const size = (max: number) => fc.integer({ min: 1, max });

async function holds(opCase: OpCase): Promise<void> {
  const [deviation] = await measure(runtime, [probe(opCase, { orders: 1, step: 1e-6 })]);
  expect(deviation!.shape).toEqual(deviation!.expectedShape);
  expect(deviation!.value).toBeLessThan(1e-5);
  expect(deviation!.gradient).toBeLessThan(1e-4);
}

/** Which earlier matrices a node is made of, counted back from the last one. */
const node = fc.record({ name: fc.constantFrom(...Object.keys(steps)), a: fc.nat(4), b: fc.nat(4) });
const graph = fc.record({ n: size(4), seed: fc.nat(999), nodes: fc.array(node, { minLength: 5, maxLength: 15 }) });

function build<T>(
  inputs: readonly T[],
  nodes: readonly { name: string; a: number; b: number }[],
  stepOf: (step: Step) => (a: T, b: T) => T,
): T {
  const values = [...inputs];
  const back = (k: number) => values[Math.max(0, values.length - 1 - k)]!;
  for (const { name, a, b } of nodes) values.push(stepOf(steps[name]!)(back(a), back(b)));
  return values.at(-1)!;
}

test("random small graphs and their gradients equal the reference", async () => {
  const property = fc.asyncProperty(graph, ({ n, seed, nodes }) =>
    holds({
      about: "",
      inputs: [noise([n, n], seed), noise([n, n], seed + 1)],
      op: (x, y) => build([x, y], nodes, ({ graph }) => graph),
      reference: (x, y) => build([x, y], nodes, ({ reference }) => reference),
    }),
  );
  await fc.assert(property, { ...runOptions, numRuns: 60 });
});

/** A shape, and one that broadcasts with it. */
const broadcasting = fc.array(fc.tuple(size(3), fc.constantFrom("both", "first", "second")), { maxLength: 3 });

test("elementwise ops of random shapes that broadcast", async () => {
  const property = fc.asyncProperty(broadcasting, fc.nat(3), (axes, dropped) => {
    const a = axes.map(([n, side]) => (side === "second" ? 1 : n));
    const b = axes.map(([n, side]) => (side === "first" ? 1 : n)).slice(Math.min(dropped, axes.length));
    return holds({
      about: "",
      inputs: [noise(a, 1), noise(b, 2)],
      op: (x, y) => add(mul(x, y), y),
      reference: (x, y) => zip(x, y, (p, q) => p * q + q),
    });
  });
  await fc.assert(property, runOptions);
});

test("sums of random shapes along random axes", async () => {
  const shape = fc.array(fc.nat(3), { minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(shape, fc.nat(15), fc.boolean(), (sizes, axisBits, keepDims) => {
    const axes = sizes.flatMap((_, i) => ((axisBits >> i) & 1 ? [i] : []));
    return holds({
      about: "",
      inputs: [noise(sizes, 3)],
      op: (x) => sum(x, { axes, keepDims }),
      reference: (x) => reduced(x, { axes, keepDims }, (values) => values.reduce((p, q) => p + q, 0)),
    });
  });
  await fc.assert(property, runOptions);
});

test("products of matrices of random sizes, each way round", async () => {
  const sizes = fc.record({ m: size(4), k: size(4), n: size(4), batch: fc.array(size(2), { maxLength: 2 }) });
  const options = fc.record({ transA: fc.boolean(), transB: fc.boolean(), alpha: fc.constantFrom(1, -0.5) });
  const property = fc.asyncProperty(sizes, options, fc.boolean(), ({ m, k, n, batch }, how, shared) => {
    const a = [...batch, ...(how.transA ? [k, m] : [m, k])];
    const b = [...(shared ? [] : batch), ...(how.transB ? [n, k] : [k, n])];
    return holds({
      about: "",
      inputs: [noise(a, 4), noise(b, 5)],
      op: (x, y) => matmul(x, y, how),
      reference: (x, y) => product(x, y, how),
    });
  });
  await fc.assert(property, runOptions);
});

const geometry = fc.record({ stride: size(3), padding: fc.nat(1), dilation: size(2), groups: size(2) });
const kernel = fc.record({ kh: size(3), kw: size(3), inner: size(2), outer: size(2) });

test("convolutions of random geometry and their transposes", async () => {
  const property = fc.asyncProperty(geometry, kernel, fc.boolean(), (how, { kh, kw, inner, outer }, transpose) => {
    const { groups } = how;
    const weight = transpose ? [groups * inner, outer, kh, kw] : [groups * outer, inner, kh, kw];
    const [x, y] = [noise(transpose ? [1, groups * inner, 3, 3] : [1, groups * inner, 5, 6], 6), noise(weight, 7)];
    return holds(
      transpose
        ? {
            about: "",
            inputs: [x, y],
            op: (a, b) => convTranspose2d(a, b, undefined, how),
            reference: (a, b) => transposed(a, b, undefined, how),
          }
        : {
            about: "",
            inputs: [x, y],
            op: (a, b) => conv2d(a, b, undefined, how),
            reference: (a, b) => convolution(a, b, undefined, how),
          },
    );
  });
  await fc.assert(property, runOptions);
});
