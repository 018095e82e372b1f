import type { Executable } from "../../compiler/executable.ts";
import { zeros } from "../../graph/host-tensor.ts";
import type { HostTensor, Type } from "../../graph/types.ts";
import { elementType, executable, integer } from "./build.cases.ts";

export const float = (...values: number[]): HostTensor<"float32"> => ({
  dtype: "float32",
  shape: [values.length],
  data: Float32Array.from(values),
});
export const int = (...values: number[]): HostTensor<"int32"> => ({
  dtype: "int32",
  shape: [values.length],
  data: Int32Array.from(values),
});
export const bool = (...values: number[]): HostTensor => ({
  dtype: "bool",
  shape: [values.length],
  data: Uint8Array.from(values),
});
const vector = (n: number): Type => ({ dtype: "float32", shape: [n] });

/** One step of gradient descent on a state w of three numbers, w' = w - rate * slope; gives the step taken. */
export const descend: Executable = executable({
  nodes: [
    { opType: "Mul", input: ["rate", "slope"], output: ["step"] },
    { opType: "Sub", input: ["w", "step"], output: ["w'"] },
  ],
  feeds: { rate: vector(1), slope: vector(3) },
  stateInputs: { w: vector(3) },
  results: { step: vector(3) },
  updates: { "w'": "w" },
});

/** The average of a state: m' = (m + w) / 2, also given as a result. */
export const average: Executable = executable({
  nodes: [{ opType: "Mean", input: ["m", "w"], output: ["m'"] }],
  stateInputs: { m: vector(3), w: vector(3) },
  results: { "m'": vector(3) },
  updates: { "m'": "m" },
});

/** w' = w[index], which ONNX Runtime refuses to run when the index is out of range. */
export const pick: Executable = executable({
  nodes: [{ opType: "Gather", input: ["w", "index"], output: ["w'"] }],
  feeds: { index: { dtype: "int32", shape: [3] } },
  stateInputs: { w: vector(3) },
  updates: { "w'": "w" },
});

/** n + (flag ? 1 : 0), in integers. */
export const count: Executable = executable({
  nodes: [
    { opType: "Cast", input: ["flag"], output: ["one"], attribute: [integer("to", elementType.int32)] },
    { opType: "Add", input: ["n", "one"], output: ["sum"] },
    { opType: "Not", input: ["flag"], output: ["not"] },
  ],
  feeds: { n: { dtype: "int32", shape: [2] }, flag: { dtype: "bool", shape: [2] } },
  results: { sum: { dtype: "int32", shape: [2] }, not: { dtype: "bool", shape: [2] } },
});

const SIZE = 384;
const square: Type = { dtype: "float32", shape: [SIZE, SIZE] };
/** Input of `ponder`. */
export const thought: HostTensor = zeros(square);
/** Adds one to a state w of one number, after a long chain of matrix products: w' = w + exp(max(x ... x)), x = 0. */
export const ponder: Executable = executable({
  nodes: [
    ...Array.from({ length: 32 }, (_, i) => ({ opType: "MatMul", input: [`x${i}`, "x0"], output: [`x${i + 1}`] })),
    { opType: "ReduceMax", input: ["x32"], output: ["top"], attribute: [integer("keepdims", 0)] },
    { opType: "Exp", input: ["top"], output: ["one"] },
    { opType: "Add", input: ["w", "one"], output: ["w'"] },
  ],
  feeds: { x0: square },
  stateInputs: { w: vector(1) },
  updates: { "w'": "w" },
});
