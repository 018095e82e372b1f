import { afterAll, beforeAll, expect, test } from "vitest";
import { deviation, evaluate, noise } from "../../test/evaluate.ts";
import { simplify } from "../compiler/passes/simplify.ts";
import { printGraph } from "../graph/print.ts";
import type { Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/topological.ts";
import type { HostTensors } from "../graph/types.ts";
import { add, exp, mul, sin, square, tanh } from "../ops/elementwise.ts";
import { embedding } from "../ops/gather.ts";
import { input } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { mean, sum } from "../ops/reduce.ts";
import { split } from "../ops/shape.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import type { Runtime } from "../runtime/types.ts";
import { checkpoint } from "./checkpoint.ts";
import { grad } from "./grad.ts";

const leaf = (name: string, ...shape: number[]) => input({ name, shape });
const [x, w, v] = [leaf("x", 2, 3), leaf("w", 3, 3), leaf("v", 3)];
const feeds = { x: noise([2, 3], { seed: 1 }), w: noise([3, 3], { seed: 2 }), v: noise([3], { seed: 3 }) };
const count = (name: string, ...ys: readonly Tensor[]) => {
  const nodes = topological(Object.values(simplify(Object.fromEntries(ys.entries()))));
  return nodes.filter(({ op }) => op.name === name).length;
};

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

type Wrap = <A extends readonly unknown[], R extends Tensor | readonly Tensor[]>(
  fn: (...args: A) => R,
) => (...args: A) => R;
const plain: Wrap = (fn) => fn;

const layer = (a: Tensor): Tensor => tanh(add(matmul(a, w), v));
/** Losses of functions that are made with and without checkpoints. */
const losses: Readonly<Record<string, (wrap: Wrap) => Tensor>> = {
  "two segments": (wrap) => mean(square(wrap(layer)(wrap(layer)(x)))),
  "a segment in a segment": (wrap) => mean(wrap((a: Tensor) => exp(wrap(layer)(sin(a))))(x)),
  "several arguments and results, of which one is not used": (wrap) => {
    const both = wrap((a: Tensor, parts: readonly Tensor[]) => [mul(exp(a), parts[0]!), tanh(parts[0]!), sin(a)]);
    const [p, q] = both(x, [add(x, v)]);
    return add(sum(p!), mean(q!));
  },
  "one argument depends on another": (wrap) => sum(wrap((a: Tensor, b: Tensor) => mul(exp(a), tanh(b)))(x, sin(x))),
  "what a closure holds": (wrap) => {
    const constantFactor = sin(matmul(x, w));
    return sum(wrap((a: Tensor) => mul(exp(a), tanh(constantFactor)))(x));
  },
  "parts of one node": (wrap) => {
    const [a, b] = split(x, { axis: 0, sizes: [1, 1] }) as [Tensor, Tensor];
    return sum(wrap((p: Tensor) => mul(exp(p), b))(a));
  },
  "an argument that comes straight back": (wrap) => sum(square(wrap((a: Tensor) => a)(x))),
  "integers among the arguments": (wrap) => {
    const rows = input({ name: "rows", dtype: "int32", shape: [4] });
    return mean(square(wrap((table: Tensor, at: Tensor) => tanh(embedding(table, at)))(w, rows)));
  },
};

test.each(Object.entries(losses))("the gradients are those without it: %s", async (_, loss) => {
  const gradients = (wrap: Wrap) => {
    const y = loss(wrap);
    const [dx, dw, dv] = grad(y, [x, w, v]);
    const second = grad(add(sum(square(dx!)), sum(square(dw!))), [x, w]);
    return { y, dx: dx!, dw: dw!, dv: dv!, ddx: second[0]!, ddw: second[1]! };
  };
  const values = (wrap: Wrap): Promise<HostTensors> => {
    const outputs = gradients(wrap);
    const leaves = topological(Object.values(outputs)).map(({ attrs }) => (attrs as { name?: string })?.name);
    const rows = { dtype: "int32" as const, shape: [4], data: Int32Array.of(0, 2, 1, 2) };
    const usedFeeds = Object.entries({ ...feeds, rows }).filter(([name]) => leaves.includes(name));
    return evaluate(runtime, outputs, { feeds: Object.fromEntries(usedFeeds) });
  };
  const [results, expected] = [await values(checkpoint), await values(plain)];
  for (const [name, { data }] of Object.entries(expected))
    expect(deviation(results[name], data), name).toBeLessThan(1e-6);
});

test("what is inside is computed again in the gradient, once for each checkpoint around it", () => {
  const [two, nested] = [losses["two segments"]!, losses["a segment in a segment"]!];
  expect(count("tanh", two(checkpoint), ...grad(two(checkpoint), [x]))).toBe(4);
  expect(count("tanh", two(plain), ...grad(two(plain), [x]))).toBe(2);
  expect(count("tanh", nested(checkpoint), ...grad(nested(checkpoint), [x]))).toBe(3);
});

test("the second computation waits for the gradient; the first is not in the gradient at all", () => {
  const loss = sum(mul(checkpoint((a: Tensor) => exp(a))(v), leaf("u", 3)));
  expect(printGraph(simplify({ dv: grad(loss, [v])[0]! }))).toMatchInlineSnapshot(`
    "%0: float32[3] = input() {name: u, dtype: float32, shape: [3]}
    %1: float32[3] = input() {name: v, dtype: float32, shape: [3]}
    %2: float32[1] = slice(%0) {axis: 0, start: 0, end: 1}
    %3: float32[] = fill() {value: Infinity, shape: []}
    %4: bool[1] = greater(%2, %3)
    %5: float32[1] = cast(%4) {to: float32}
    %6: float32[] = sum(%5) {axes: [0], keepDims: false}
    %7: float32[3] = add(%1, %6)
    %8: float32[3] = exp(%7)
    %9: float32[3] = mul(%0, %8)
    return dv = %9"
  `);
});

test("without a gradient nothing of it is left in the graph", () => {
  const y = checkpoint((a: Tensor) => exp(a))(x);
  expect(topological([simplify({ y })["y"]]).map(({ op }) => op.name)).toEqual(["input", "exp"]);
});

test("gradients of weights that nobody asks for are not computed", () => {
  const loss = sum(square(checkpoint(layer)(checkpoint(layer)(x))));
  const products = (...wrt: Tensor[]) => count("matmul", loss, ...grad(loss, wrt));
  expect(products(x)).toBe(2 + 2 + 2); // forward, again, and the gradients of both inputs
  expect(products(x, w)).toBe(2 + 2 + 2 + 2);
});

test("a function that returns no tensors is refused", () => {
  const wrong = checkpoint((() => ({ mean: x })) as () => never);
  expect(wrong).toThrow(expect.objectContaining({ code: "graph/checkpoint" }));
});
