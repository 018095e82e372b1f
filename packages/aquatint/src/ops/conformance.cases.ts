import { scattered } from "../../test/evaluate.ts";
import { grad } from "../autodiff/grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type DType, type HostTensor, type Shape, sizeOf } from "../graph/types.ts";
import { executableOf } from "../runtime/compile.ts";
import type { Runtime } from "../runtime/types.ts";
import { add, mul } from "./elementwise.ts";
import { type Float64, over } from "./float64.cases.ts";
import { constant, input, scalar } from "./leaves.ts";
import { sum } from "./reduce.ts";

/** One input of a case. */
export interface Sample {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** An op, or a way of calling it, with its definition in float64. */
export interface OpCase {
  readonly name: string;
  readonly inputs: readonly Sample[];
  readonly op: (...x: Tensor[]) => Tensor;
  readonly reference: (...x: Float64[]) => Float64;
}

/** Evenly spread numbers between `from` and `to`, the same each time, exact in float32. */
export function spread(shape: Shape, { from = -2, to = 2, seed = 0 } = {}): Sample {
  const data = scattered(sizeOf(shape), { from, to, seed: seed + sizeOf(shape) }).map(Math.fround);
  return { dtype: "float32", shape, data };
}

/** Given integers, or truth values as 0 and 1. */
export const given = (dtype: "int32" | "bool", shape: Shape, values: readonly number[]): Sample => ({
  dtype,
  shape,
  data: Float64Array.from(values),
});

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const toHost = ({ dtype, shape, data }: Sample): HostTensor => ({ dtype, shape, data: arrays[dtype].from(data) });

/** How far a case is from its reference: |a - b| / max(1, |b|), the largest. */
export interface Deviation {
  readonly shape: Shape;
  readonly wantedShape: Shape;
  readonly value: number;
  /** Of the gradient of sum(y c) for a fixed c; undefined where no input or output is float32. */
  readonly gradient: number | undefined;
  /** Of the gradient of that gradient along a fixed direction. */
  readonly second: number | undefined;
}

/** Runs a case with its first and second derivatives, and compares them with central differences of its reference. */
export async function measure(runtime: Runtime, test: OpCase): Promise<Deviation> {
  const leaves = test.inputs.map(({ dtype, shape }, i) => input({ name: `x${i}`, dtype, shape }));
  const y = test.op(...leaves);
  const float = test.inputs.flatMap(({ dtype }, i) => (dtype === "float32" ? [i] : []));
  const smooth = y.dtype === "float32" && float.length > 0;
  const wrt = smooth ? float : [];
  const c = spread(y.shape, { seed: 5 });
  const along = wrt.map((i) => spread(test.inputs[i]!.shape, { seed: 6 + i }));
  const outputs = smooth ? derivatives(leaves, y, { wrt, c, along }) : {};
  const feeds = Object.fromEntries(test.inputs.map((sample, i) => [`x${i}`, toHost(sample)]));
  const program = await runtime.load(executableOf({ outputs: { y, ...outputs } }));
  // a constant-folded derivative leaves an input unused
  const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => name in program.executable.feeds));
  const found = await program.run(used);
  await program[Symbol.asyncDispose]();
  const want = differences(test, { wrt, c, along });
  const worst = (kind: "g" | "h", expected: readonly Float64[]) =>
    smooth ? Math.max(...expected.map((e, n) => distance(found[`${kind}${n}`]!.data, e.data))) : undefined;
  return {
    shape: y.shape,
    wantedShape: want.value.shape,
    value: distance(found.y!.data, want.value.data),
    gradient: worst("g", want.first),
    second: worst("h", want.second),
  };
}

interface Probe {
  /** Which inputs are differentiated. */
  readonly wrt: readonly number[];
  readonly c: Sample;
  readonly along: readonly Sample[];
}

function derivatives(leaves: readonly Tensor[], y: Tensor, { wrt, c, along }: Probe): Record<string, Tensor> {
  const fixed = (sample: Sample) => constant({ value: toHost(sample) });
  const variables = wrt.map((i) => leaves[i]!);
  const first = grad(sum(mul(y, fixed(c))), variables);
  const slope = first.map((g, n) => sum(mul(g, fixed(along[n]!)))).reduce(add, scalar(0));
  const second = grad(slope, variables);
  const named = (kind: string, list: readonly Tensor[]) => list.map((g, n) => [`${kind}${n}`, g] as const);
  return Object.fromEntries([...named("g", first), ...named("h", second)]);
}

const STEP = 1e-3;

/** The same numbers by central differences, in float64. */
function differences({ inputs, reference }: OpCase, { wrt, c, along }: Probe) {
  const point = inputs.map(({ shape, data }) => over(shape, data));
  const loss = (x: readonly Float64[]) => reference(...x).data.reduce((s, v, i) => s + v * c.data[i]!, 0);
  const moved = (x: readonly Float64[], h: number) =>
    x.map((v, i) =>
      wrt.includes(i)
        ? over(
            v.shape,
            v.data.map((e, k) => e + h * along[wrt.indexOf(i)]!.data[k]!),
          )
        : v,
    );
  const slope = (x: readonly Float64[]) => central((h) => loss(moved(x, h)));
  const gradient = (f: (x: readonly Float64[]) => number) =>
    wrt.map((i) => {
      const at = (k: number, h: number) =>
        f(point.with(i, over(point[i]!.shape, point[i]!.data.with(k, point[i]!.data[k]! + h))));
      return over(
        point[i]!.shape,
        point[i]!.data.map((_, k) => central((h) => at(k, h))),
      );
    });
  return { value: reference(...point), first: gradient(loss), second: gradient(slope) };
}

/** The derivative of f at 0 by five points: the error is of fourth order. */
const central = (f: (h: number) => number): number =>
  (8 * (f(STEP) - f(-STEP)) - (f(2 * STEP) - f(-2 * STEP))) / (12 * STEP);

function distance(found: ArrayLike<number>, wanted: Float64Array): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Math.max(0, ...Array.from(wanted, (w, i) => Math.abs(found[i]! - w) / Math.max(1, Math.abs(w))));
}
