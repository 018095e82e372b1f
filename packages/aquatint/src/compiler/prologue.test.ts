import { expect, test } from "vitest";
import type { Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/topological.ts";
import { silu } from "../ops/activation.ts";
import { add, exp, mul } from "../ops/elementwise.ts";
import { input, param } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { splitInvariant } from "./prologue.ts";

const leaf = (name: string): Tensor => input({ name, shape: [4, 4] });
const [x, prompt, scale] = ["x", "prompt", "scale"].map(leaf) as [Tensor, Tensor, Tensor];
const weight = param({ shape: [4, 4], init: "zeros" });
const opsOf = (...ys: Tensor[]): string[] => topological(ys).map(({ op }) => op.name);

test("what depends on invariant inputs alone is cut off, at its last tensors, with its weights", () => {
  const k = mul(silu(matmul(prompt, weight)), scale);
  const y = add(matmul(x, k), silu(matmul(x, weight)));
  const { prologue, body, leaves } = splitInvariant({ y }, new Set(["prompt", "scale"]));
  expect(Object.values(prologue)).toEqual([k]);
  expect(Object.keys(leaves)).toEqual(Object.keys(prologue));
  expect(opsOf(body.y)).not.toContain("mul");
  expect(
    topological([body.y])
      .filter(({ op }) => op.name === "input")
      .map(({ attrs }) => attrs),
  ).toEqual([expect.objectContaining({ name: "x" }), expect.objectContaining({ name: "prologue.0", shape: [4, 4] })]);
});

test("an output that changes with no other input is cut as well", () => {
  const { prologue, body } = splitInvariant({ same: exp(prompt), y: exp(x) }, new Set(["prompt"]));
  expect(opsOf(...Object.values(prologue))).toEqual(["input", "exp"]);
  expect(opsOf(body.same)).toEqual(["input"]);
});

test("inputs themselves and weights that no input reaches stay where they are", () => {
  const y = add(matmul(x, silu(weight)), prompt);
  const { prologue, body } = splitInvariant({ y }, new Set(["prompt"]));
  expect(prologue).toEqual({});
  expect(body.y).toBe(y);
});
