import { afterAll, beforeAll, expect, test } from "vitest";
import { grad } from "../autodiff/grad.ts";
import { float32 } from "../graph/host-tensor.ts";
import type { Tensor } from "../graph/tensor.ts";
import { module } from "../nn/module.ts";
import { add, div, exp, log, minimum, mul, neg, scale, sub } from "../ops/elementwise.ts";
import { input, param } from "../ops/leaves.ts";
import { sum } from "../ops/reduce.ts";
import { describeNonFinite, findNonFinite } from "./non-finite.ts";
import { nodeRuntime } from "./runtime.node.ts";
import type { Runtime } from "./types.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});
afterAll(() => runtime[Symbol.asyncDispose]());

const x = input({ name: "x", shape: [3] });
const at = (path: string, forward: () => Tensor): Tensor =>
  module({ [path]: module({}, forward) }, () => undefined).children[path]!() as Tensor;
const find = (y: Tensor, values: readonly number[]) =>
  findNonFinite(runtime, { graph: { outputs: { y } }, feeds: { x: float32([3], values) } });

test("the node is named with its module, and what it was given", async () => {
  const result = await find(sum(at("head", () => log(sub(x, scale(x, 3))))), [-1, -2, 1]);
  expect(result).toMatchObject({ op: "log", path: "head", output: { nan: 1, infinite: 0, type: "float32[3]" } });
  expect(describeNonFinite(result!)).toBe(
    "log in head gave 1 NaN in float32[3]; it was given sub in head float32[3] from -2 to 4, mean 1.333",
  );
});

test("a NaN that an overflow made is traced to the overflow", async () => {
  const y = sum(
    at("b", () => {
      const e = at("a", () => exp(scale(x, 100)));
      return div(e, add(e, e));
    }),
  );
  expect(await find(y, [0, 0, 2])).toMatchObject({
    op: "exp",
    path: "a",
    inputs: [{ max: 200 }],
    output: { infinite: 1, nan: 0 },
  });
});

test("in the gradient it is named as the gradient of its module", async () => {
  const [d] = grad(sum(at("mid", () => log(x))), [x]);
  expect(await find(d!, [0, 1, 2])).toMatchObject({ op: "div", path: "mid (gradient)" });
});

test("an infinity that is meant is not the cause: a limit that is never reached", async () => {
  const limit = input({ name: "limit", shape: [] });
  const clipped = mul(x, minimum(div(limit, add(x, x)), x)); // infinite on the way, not in the end
  const feeds = { x: float32([3], [1, 2, 3]), limit: float32([], [Number.POSITIVE_INFINITY]) };
  const run = (y: Tensor) => findNonFinite(runtime, { graph: { outputs: { y } }, feeds });
  expect(await run(clipped)).toBeUndefined();
  expect(
    await run(
      add(
        clipped,
        at("late", () => log(neg(clipped))),
      ),
    ),
  ).toMatchObject({ op: "log", path: "late" });
});

test("what was given is named when it is broken already: a feed, and a tensor of the state, which stays as it was", async () => {
  const w = param({ shape: [3], init: "ones" });
  const names = new Map([["weights/w", w]]);
  const state = await runtime.createState({ "weights/w": float32([3], [1, Number.NaN, 1]) });
  const graph = {
    outputs: { y: mul(x, w) },
    updates: { "weights/w": scale(w, 2) },
    parameters: { names, as: "state" as const },
  };
  const result = await findNonFinite(runtime, { graph, state, feeds: { x: float32([3], [1, 2, 3]) } });
  expect(describeNonFinite(result!)).toBe("weights/w gave 1 NaN in float32[3]");
  expect([...(await state.read())["weights/w"]!.data]).toEqual([1, Number.NaN, 1]);
  expect(describeNonFinite((await find(exp(x), [1, Number.NaN, 2]))!)).toBe("x gave 1 NaN in float32[3]");
});

test("where everything is finite there is nothing to find", async () => {
  expect(await find(exp(x), [1, 2, 3])).toBeUndefined();
});
