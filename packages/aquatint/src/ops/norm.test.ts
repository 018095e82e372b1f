import { expect, test } from "vitest";
import { evaluate } from "../../test/evaluate.ts";
import { grad } from "../autodiff/grad.ts";
import { float32 } from "../graph/host-tensor.ts";
import { nodeRuntime } from "../runtime/runtime.node.ts";
import { input } from "./leaves.ts";
import { normalize } from "./norm.ts";
import { sum } from "./reduce.ts";

test("the gradient of the mean is 1 / n, also where x is infinite", async () => {
  await using runtime = await nodeRuntime({ threads: 1 });
  const x = input({ name: "x", shape: [2, 4] });
  const [, mean] = normalize(x).node.outputs;
  const [dx] = grad(sum(mean ?? x), [x]);
  const rows = float32([2, 4], [1, 2, 3, 4, Number.POSITIVE_INFINITY, 2, 3, 4]);
  // x is read beside it, for a gradient that is the same everywhere does not need x at all
  const { slope } = await evaluate(runtime, { slope: dx ?? x, rows: x }, { feeds: { x: rows } });
  expect([...slope.data]).toEqual(new Array(8).fill(0.25));
});
