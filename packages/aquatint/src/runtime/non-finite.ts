import { type CompileOptions, compile } from "../compiler/compile.ts";
import { describeOrigin } from "../compiler/onnx/names.ts";
import { simplify } from "../compiler/passes/simplify.ts";
import type { Node, Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/topological.ts";
import { type HostTensor, type HostTensors, typeName } from "../graph/types.ts";
import { equal, where } from "../ops/comparison.ts";
import { sub } from "../ops/elementwise.ts";
import { scalar } from "../ops/leaves.ts";
import { sum } from "../ops/reduce.ts";
import { concat, reshape } from "../ops/shape.ts";
import { lookup, required } from "../util/items.ts";
import type { Runtime, State } from "./types.ts";

/** Statistics of a tensor. */
export interface Statistics {
  /** "float32[2,3]" */
  readonly type: string;
  /** The leaf's name, or the op and module that made it: "conv2d in mid_block.resnets.0.conv1". */
  readonly source: string;
  readonly nan: number;
  readonly infinite: number;
  /** Smallest finite value; NaN where there is none. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** The node of a graph where its numbers first stopped being finite. */
export interface NonFinite {
  readonly op: string;
  /** Path of its module, "" outside of all. */
  readonly path: string;
  readonly inputs: readonly Statistics[];
  readonly output: Statistics;
}

/** Options of `findNonFinite`. */
export interface FindNonFiniteOptions {
  /** The graph, as its program was compiled from it. */
  readonly graph: CompileOptions;
  readonly feeds: HostTensors;
  readonly state?: State | undefined;
}

/**
 * Runs a graph once more, with checks on every float32 value, and names the first node from which a result became NaN
 * or infinite, or the input that already was; undefined where every result is finite. The state is left as it is.
 * An infinity that makes no NaN and reaches no result (a mask, a limit) is none.
 */
export async function findNonFinite(
  runtime: Runtime,
  { graph, ...inputs }: FindNonFiniteOptions,
): Promise<NonFinite | undefined> {
  const results = Object.values(simplify({ ...graph.outputs, ...graph.updates }));
  const values = topological(results).flatMap(({ outputs }) => outputs.filter(({ dtype }) => dtype === "float32"));
  const evaluate = async <R extends string>(outputs: Readonly<Record<R, Tensor>>): Promise<HostTensors<R>> => {
    const { updates: _, ...rest } = graph;
    const executable = compile({ ...rest, outputs });
    const program = await runtime.load(executable);
    const feeds = Object.fromEntries(Object.entries(inputs.feeds).filter(([name]) => name in executable.feeds));
    try {
      return await program.run(feeds, { state: inputs.state });
    } finally {
      await program[Symbol.asyncDispose]();
    }
  };
  const flags = await evaluate({ finite: flagsOf(values, notFinite), numbers: flagsOf(values, notNumbers) });
  const nonFinite = flagged(values, flags.finite);
  const node = firstIn(results, { nonFinite, nan: flagged(values, flags.numbers) });
  return node && describeNode(node, graph, evaluate);
}

/** NaN where any value of x is not finite, else 0. */
const notFinite = (x: Tensor): Tensor => sum(sub(x, x));
/** The number of NaN in x. */
const notNumbers = (x: Tensor): Tensor => sum(where(equal(x, x), scalar(0), scalar(1)));
const flagsOf = (values: readonly Tensor[], flag: (x: Tensor) => Tensor): Tensor =>
  concat(
    values.map((x) => reshape(flag(x), { shape: [1] })),
    { axis: 0 },
  );
const flagged = (values: readonly Tensor[], { data }: HostTensor): ReadonlySet<Tensor> =>
  new Set(values.filter((_, i) => data[i] !== 0));

interface Marks {
  /** Tensors that hold a NaN or an infinity. */
  readonly nonFinite: ReadonlySet<Tensor>;
  readonly nan: ReadonlySet<Tensor>;
}

function firstIn(results: readonly Tensor[], { nonFinite, nan }: Marks): Node | undefined {
  const order = topological(results.filter((y) => nonFinite.has(y)));
  const starts = (marks: ReadonlySet<Tensor>) =>
    order.filter(({ outputs, inputs }) => outputs.some((y) => marks.has(y)) && !inputs.some((x) => marks.has(x)));
  const [firstNan] = starts(nan);
  if (!firstNan) return starts(nonFinite).find(({ inputs }) => inputs.length) ?? starts(nonFinite)[0];
  return overflowBefore(firstNan, nonFinite) ?? firstNan;
}

/** The node whose overflow made a NaN: where the infinities among its inputs began, unless they were given as such. */
function overflowBefore(node: Node, nonFinite: ReadonlySet<Tensor>): Node | undefined {
  const cause = node.inputs.find((x) => nonFinite.has(x) && x.node.inputs.length);
  if (!cause) return undefined;
  const origin = topological([cause]).find(
    ({ outputs, inputs }) =>
      outputs.some((y) => nonFinite.has(y)) && !inputs.some((x) => nonFinite.has(x)) && inputs.length,
  );
  return origin;
}

async function describeNode(
  node: Node,
  graph: CompileOptions,
  evaluate: (outputs: Readonly<Record<string, Tensor>>) => Promise<HostTensors>,
): Promise<NonFinite> {
  const names = new Map(Array.from(graph.parameters?.names ?? [], ([name, tensor]) => [tensor, name]));
  const sourceOf = (x: Tensor): string => {
    const { name } = (x.node.attrs ?? {}) as { readonly name?: string };
    return names.get(x) ?? (x.node.inputs.length ? describeOrigin(originOf(x.node)) : (name ?? x.node.op.name));
  };
  const tensors = [node.outputs[0], ...node.inputs];
  const values = await evaluate(Object.fromEntries(tensors.map((x, i) => [`probe:${i}`, x])));
  const [output, ...inputs] = tensors.map((x, i) => statistics(lookup(values, `probe:${i}`), sourceOf(x)));
  return { ...originOf(node), inputs, output: required(output, "probe:0") };
}
const originOf = ({ op, scope }: Node) => ({ op: op.name, path: scope?.path() ?? "" });

function statistics({ dtype, shape, data }: HostTensor, source: string): Statistics {
  let [nan, infinite, min, max, total] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of data) {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else [min, max, total] = [Math.min(min, value), Math.max(max, value), total + value];
  }
  const finite = data.length - nan - infinite;
  const of = finite ? { min, max, mean: total / finite } : { min: Number.NaN, max: Number.NaN, mean: Number.NaN };
  return { type: typeName({ dtype, shape }), source, nan, infinite, ...of };
}

/** In words: "exp in mid gave 1 NaN and 2 infinite values in float32[4]; it was given x float32[4] from -1 to 90, mean 44". */
export function describeNonFinite({ inputs, output }: NonFinite): string {
  const counts = [output.nan && `${output.nan} NaN`, output.infinite && `${output.infinite} infinite`].filter(Boolean);
  const ranges = inputs.map((x) => `${x.source} ${x.type} ${rangeOf(x)}`);
  const from = ranges.length ? `; it was given ${ranges.join(", and ")}` : "";
  return `${output.source} gave ${counts.join(" and ")} in ${output.type}${from}`;
}
function rangeOf({ nan, infinite, min, max, mean }: Statistics): string {
  const broken = nan + infinite ? ` (${nan} NaN, ${infinite} infinite)` : "";
  const short = (value: number) => value.toPrecision(4).replace(/\.?0+$/, "");
  return Number.isNaN(mean)
    ? `without a finite value${broken}`
    : `from ${short(min)} to ${short(max)}, mean ${short(mean)}${broken}`;
}
