import { expect, test } from "vitest";
import { evaluate } from "../../test/evaluate.ts";
import { float32 } from "../graph/host-tensor.ts";
import { defineOp, type OpFn } from "../graph/op.ts";
import { printGraph } from "../graph/print.ts";
import type { Tensor } from "../graph/tensor.ts";
import { module } from "../nn/module.ts";
import { silu } from "../ops/activation.ts";
import { add, mul, sub } from "../ops/elementwise.ts";
import { input } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { mean, sum } from "../ops/reduce.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import { grad } from "./grad.ts";

const leaf = (name: string, ...shape: number[]) => input({ name, shape });
const [x, w] = [leaf("x", 2, 3), leaf("w", 3)];

test("the gradient is more graph", () => {
  const layer = module({}, () => mean(mul(matmul(x, leaf("a", 3, 1)), leaf("b", 1))));
  const [dx] = grad(layer(), [x]);
  expect(printGraph({ dx: dx! })).toMatchInlineSnapshot(`
    "%0: float32[] = fill() {value: 1, shape: []}
    %1: float32[] = fill() {value: 0.5, shape: []}
    %2: float32[] = mul(%0, %1)  # (gradient)
    %3: float32[1,1] = reshape(%2) {shape: [1,1]}  # (gradient)
    %4: float32[2,1] = expand(%3) {shape: [2,1]}  # (gradient)
    %5: float32[1] = input() {name: b, dtype: float32, shape: [1]}
    %6: float32[2,1] = mul(%4, %5)  # (gradient)
    %7: float32[3,1] = input() {name: a, dtype: float32, shape: [3,1]}
    %8: float32[2,3] = matmul(%6, %7) {transA: false, transB: true, alpha: 1}  # (gradient)
    return dx = %8"
  `);
});

test("broadcasting is undone, and every use of a tensor counts", async () => {
  const runtime = await nodeRuntime({ threads: 1 });
  const loss = sum(add(mul(x, w), mul(w, w)));
  const [dx, dw] = grad(loss, [x, w]);
  expect([dx!.shape, dw!.shape]).toEqual([[2, 3], [3]]);
  const feeds = { x: float32([2, 3], [1, 2, 3, 4, 5, 6]), w: float32([3], [10, 20, 30]) };
  const values = await evaluate(runtime, { dx: dx!, dw: dw!, loss }, { feeds });
  expect(Array.from(values.dx.data)).toEqual([10, 20, 30, 10, 20, 30]);
  expect(Array.from(values.dw.data)).toEqual([1 + 4 + 40, 2 + 5 + 80, 3 + 6 + 120]);
  await runtime[Symbol.asyncDispose]();
});

test("what the loss does not depend on has a gradient of zeros", async () => {
  const runtime = await nodeRuntime({ threads: 1 });
  const [dw] = grad(sum(x), [w]);
  const values = await evaluate(runtime, { dw: dw! });
  expect(values.dw).toEqual(float32([3], [0, 0, 0]));
  await runtime[Symbol.asyncDispose]();
});

test("only the part of the graph that leads to the variables is differentiated", () => {
  const [dw] = grad(sum(mul(untaught(x), w)), [w]);
  expect(dw!.shape).toEqual([3]);
});

test("a loss that is no scalar is refused", () => {
  expect(() => grad(sub(x, w), [x])).toThrow(
    expect.objectContaining({ code: "graph/no-gradient", message: "the loss must be a scalar, got float32[2,3]" }),
  );
});

test("an op whose derivative nobody has written is refused, with its module", () => {
  const part = module({}, () => untaught(x));
  const network = module({ mid: [part] }, () => sum(silu(part())));
  expect(() => grad(network(), [x])).toThrow(
    expect.objectContaining({ code: "graph/no-gradient", message: "untaught has no gradient (in mid.0)" }),
  );
});

const untaught: OpFn<[x: Tensor]> = defineOp({
  name: "untaught",
  infer: ([source]) => source,
  emit: (e, names) => e.node("Abs", names),
  grad: "unsupported",
});
