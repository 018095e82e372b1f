import { grad } from "../../autodiff/grad.ts";
import { compile } from "../../compiler/compile.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { HostTensors, Shape } from "../../graph/types.ts";
import type { Runtime } from "../../runtime/types.ts";
import { add, mul } from "../elementwise.ts";
import { constant, input, scalar } from "../leaves.ts";
import { sum } from "../reduce.ts";
import { applyTo, type OpCase, type Sample, spread, toHost } from "./conformance.cases.ts";
import { type Float64, over } from "./float64.cases.ts";

/** Largest error of a case against its reference: |a - b| / max(1, |b|), the largest. */
export interface Deviation {
  readonly shape: Shape;
  readonly expectedShape: Shape;
  readonly value: number;
  /** Error of the gradient of sum(y c) for a fixed c; 0 where no input or output is float32. */
  readonly gradient: number;
  /** Error of the gradient of that gradient along a fixed direction. */
  readonly second: number;
}

/** A case as graph: what is computed, what is fed, and how the results are judged. */
export interface Probe {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly feeds: HostTensors;
  judge(results: HostTensors): Deviation;
}

/** Options of probing a case. */
export interface ProbeOptions {
  /** Keeps its names apart from other cases' in one graph. */
  readonly id?: string | undefined;
  /** Order of derivatives. */
  readonly orders?: 0 | 1 | 2 | undefined;
  /** Step of the central differences: 1e-3 serves both derivatives, the first alone does with less, nearer to kinks. */
  readonly step?: number | undefined;
}

/** A case with its derivatives. */
export function probe(test: OpCase, { id = "", orders = 2, step = 1e-3 }: ProbeOptions = {}): Probe {
  const leaves = test.inputs.map(({ dtype, shape }, i) => input({ name: `${id}x${i}`, dtype, shape }));
  const y = applyTo(test.op, leaves);
  const float = test.inputs.flatMap(({ dtype }, i) => (dtype === "float32" ? [i] : []));
  const wrt = y.dtype === "float32" && orders > 0 ? float : [];
  const c = spread(y.shape, { seed: 5 });
  const along = wrt.map((i) => spread(test.inputs[i]!.shape, { seed: 6 + i }));
  const graph = { y, ...derivatives(leaves, y, { wrt, c, along, orders }) };
  const outputs = Object.fromEntries(Object.entries(graph).map(([name, tensor]) => [id + name, tensor]));
  return {
    outputs,
    feeds: Object.fromEntries(test.inputs.map((sample, i) => [`${id}x${i}`, toHost(sample)])),
    judge(results) {
      const want = differences(test, { wrt, c, along, orders, step });
      const worst = (kind: "g" | "h", expected: readonly Float64[]) =>
        Math.max(0, ...expected.map((e, n) => distance(results[`${id}${kind}${n}`]!.data, e.data)));
      return {
        shape: y.shape,
        expectedShape: want.value.shape,
        value: distance(results[`${id}y`]!.data, want.value.data),
        gradient: worst("g", want.first),
        second: worst("h", want.second),
      };
    },
  };
}

/** Runs probes as one program and judges each. */
export async function measure(runtime: Runtime, probes: readonly Probe[]): Promise<Deviation[]> {
  const outputs = Object.assign({}, ...probes.map((probe) => probe.outputs));
  const feeds: HostTensors = Object.assign({}, ...probes.map((probe) => probe.feeds));
  const program = await runtime.load(compile({ outputs }));
  try {
    // a derivative that is constant leaves an input unused
    const programFeeds = Object.fromEntries(Object.entries(feeds).filter(([name]) => name in program.executable.feeds));
    const results = await program.run(programFeeds);
    return probes.map((probe) => probe.judge(results));
  } finally {
    await program[Symbol.asyncDispose]();
  }
}

interface Direction {
  /** Which inputs are differentiated. */
  readonly wrt: readonly number[];
  readonly c: Sample;
  readonly along: readonly Sample[];
  readonly orders: number;
}
interface Differences extends Direction {
  readonly step: number;
}

function derivatives(
  leaves: readonly Tensor[],
  y: Tensor,
  { wrt, c, along, orders }: Direction,
): Record<string, Tensor> {
  if (!wrt.length) return {};
  const fixed = (sample: Sample) => constant({ value: toHost(sample) });
  const variables = wrt.map((i) => leaves[i]!);
  const first = grad(sum(mul(y, fixed(c))), variables);
  const slope = first.map((g, n) => sum(mul(g, fixed(along[n]!)))).reduce(add, scalar(0));
  const second = orders > 1 ? grad(slope, variables) : [];
  const labeled = (kind: string, list: readonly Tensor[]) => list.map((g, n) => [`${kind}${n}`, g] as const);
  return Object.fromEntries([...labeled("g", first), ...labeled("h", second)]);
}

/** The same numbers by central differences, in float64. */
function differences({ inputs, reference }: OpCase, { wrt, c, along, orders, step }: Differences) {
  const point = inputs.map(({ shape, data }) => over(shape, data));
  const loss = (x: readonly Float64[]) => applyTo(reference, x).data.reduce((s, v, i) => s + v * c.data[i]!, 0);
  const shift = (x: readonly Float64[], h: number) =>
    x.map((v, i) => {
      const direction = along[wrt.indexOf(i)]?.data;
      return direction
        ? over(
            v.shape,
            v.data.map((e, k) => e + h * direction[k]!),
          )
        : v;
    });
  const slope = (x: readonly Float64[]) => central(step, (h) => loss(shift(x, h)));
  const gradient = (f: (x: readonly Float64[]) => number) =>
    wrt.map((i) => {
      const at = (k: number, h: number) =>
        f(point.with(i, over(point[i]!.shape, point[i]!.data.with(k, point[i]!.data[k]! + h))));
      return over(
        point[i]!.shape,
        point[i]!.data.map((_, k) => central(step, (h) => at(k, h))),
      );
    });
  return { value: applyTo(reference, point), first: gradient(loss), second: orders > 1 ? gradient(slope) : [] };
}

/** The derivative of f at 0 by five points: the error is of fourth order. */
const central = (step: number, f: (h: number) => number): number =>
  (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step);

/** The largest |a - b| / max(1, |b|); infinite for other sizes and where only one is no number. */
export function distance(actual: ArrayLike<number>, expected: Float64Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const relativeDifference = (a: number, b: number) => {
    if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
    const d = Math.abs(a - b) / Math.max(1, Math.abs(b));
    return Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
  };
  return Math.max(0, ...Array.from(expected, (w, i) => relativeDifference(actual[i]!, w)));
}
