import { expect, test } from "vitest";
import { module } from "../nn/module.ts";
import { add, exp, mul, neg } from "../ops/elementwise.ts";
import { input, param, scalar } from "../ops/leaves.ts";
import { split } from "../ops/shape.ts";
import { printGraph } from "./print.ts";
import { type Rule, rewrite } from "./rewrite.ts";
import type { Tensor } from "./tensor.ts";
import { topological } from "./topological.ts";

const leaf = (name: string) => input({ name, shape: [2] });
const [x, y] = [leaf("x"), leaf("y")];
/** -a becomes a · -1 */
const negAsProduct: Rule = ({ op, inputs }) => (op === neg.op ? [mul(inputs[0]!, scalar(-1))] : undefined);

test("without an answer every tensor stays what it was", () => {
  const roots = [add(x, y), exp(neg(x))];
  expect(rewrite(roots, { rules: [() => undefined] })).toEqual(roots);
  expect(rewrite(roots).every((root, i) => root === roots[i])).toBe(true);
});

test("a rule's answer and all that depends on it are rebuilt in their module, the rest is not", () => {
  const weight = param({ shape: [2], init: "ones" });
  const layer = module({ weight }, () => add(exp(weight), exp(neg(x))));
  const network = module({ layer }, () => layer());
  const before = network();
  const [after] = rewrite([before], { rules: [negAsProduct] });
  expect(after!.node.inputs[0]).toBe(before.node.inputs[0]);
  expect(printGraph({ after: after! })).toMatchInlineSnapshot(`
    "%0: float32[2] = param() {shape: [2], init: ones}
    %1: float32[2] = exp(%0)  # layer
    %2: float32[2] = input() {name: x, dtype: float32, shape: [2]}
    %3: float32[] = fill() {value: -1, shape: []}  # layer
    %4: float32[2] = mul(%2, %3)  # layer
    %5: float32[2] = exp(%4)  # layer
    %6: float32[2] = add(%1, %5)  # layer
    return after = %6"
  `);
});

test("what a rule answers is offered to the rules again, also what stands inside of it", () => {
  const double: Rule = ({ op, inputs: [a] }) => (op === exp.op ? [neg(neg(a!))] : undefined);
  const [after] = rewrite([exp(x)], { rules: [double, negAsProduct] });
  expect(topological([after!]).map(({ op }) => op.name)).toEqual(["input", "fill", "mul", "fill", "mul"]);
});

test("given tensors stand in the place of others, and what is behind those is left alone", () => {
  const middle = exp(x);
  const [, second] = split(add(middle, y), { axis: 0, sizes: [1, 1] });
  const [after] = rewrite([second!], { replacements: new Map([[middle, y]]) });
  expect(after!.index).toBe(1);
  expect(printGraph({ after: after! })).toMatchInlineSnapshot(`
    "%0: float32[2] = input() {name: y, dtype: float32, shape: [2]}
    %1: float32[2] = add(%0, %0)
    %2: float32[1], %3: float32[1] = split(%1) {axis: 0, sizes: [1,1]}
    return after = %3"
  `);
  const [same] = rewrite([middle], { replacements: new Map([[middle, y]]) });
  expect(same).toBe(y);
});

test("a deep graph is rewritten without recursion", () => {
  let deep: Tensor = x;
  for (let i = 0; i < 20_000; i++) deep = neg(deep);
  const [after] = rewrite([deep], { rules: [negAsProduct] });
  const ops = topological([after!]).map(({ op }) => op.name);
  expect([ops.length, ops.includes("neg")]).toEqual([40_001, false]);
});

test("an answer of another type is refused", () => {
  const wrong: Rule = ({ op }) => (op === neg.op ? [scalar(0)] : undefined);
  expect(() => rewrite([neg(x)], { rules: [wrong] })).toThrow(
    expect.objectContaining({
      code: "graph/rewrite",
      message: "a rule answered float32[] for neg, which gives float32[2]",
    }),
  );
});
