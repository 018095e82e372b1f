import { defineOp, isNodeOf, type OpFn } from "../../graph/op.ts";
import type { Node, Tensor } from "../../graph/tensor.ts";
import { topological } from "../../graph/topological.ts";
import { convolution } from "../../ops/conv-ops.ts";
import { abs, clamp, div, maximum, mul, round, square, sub } from "../../ops/elementwise.ts";
import { scalar } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { amax, sum } from "../../ops/reduce.ts";
import { concat, reshape, stack } from "../../ops/shape.ts";
import { affineOf, type ValueRange } from "./affine.ts";

/** A layer that could compute in 8 bits, where a graph applies it. */
export interface LayerUse {
  /** Name of its weight. */
  readonly name: string;
  readonly kind: "conv" | "linear";
  readonly weight: Tensor;
  readonly input: Tensor;
  /** A linear layer's is taken before its bias. */
  readonly output: Tensor;
  /** The same layer of another input and another weight. */
  apply(input: Tensor, weight: Tensor): Tensor;
}

/** Convolutions and linear layers whose weights are parameters of these names, in the order of the graph. */
export function layerUses(
  outputs: Readonly<Record<string, Tensor>>,
  names: ReadonlyMap<string, Tensor>,
): readonly LayerUse[] {
  const byLeaf = new Map(Array.from(names, ([name, leaf]) => [leaf, name]));
  return topological(Object.values(outputs)).flatMap((node) => useOf(node, byLeaf) ?? []);
}

function useOf(node: Node, names: ReadonlyMap<Tensor, string>): LayerUse | undefined {
  const weight = node.inputs[1];
  const name = weight && names.get(weight);
  if (!weight || name === undefined) return undefined;
  if (isNodeOf(node, convolution)) {
    const { inputs, attrs, outputs } = node;
    const [input, , ...bias] = inputs;
    const apply = (x: Tensor, w: Tensor) => convolution(x, w, ...bias, attrs);
    return { name, kind: "conv", weight, input, output: outputs[0], apply };
  }
  if (!isNodeOf(node, matmul)) return undefined;
  const { inputs, attrs, outputs } = node;
  const [input] = inputs;
  if (!attrs.transB || attrs.transA || attrs.alpha !== 1 || input.shape.length !== 2) return undefined;
  return { name, kind: "linear", weight, input, output: outputs[0], apply: (x, w) => matmul(x, w, attrs) };
}

/** [smallest, largest] of all numbers. */
const extremes: OpFn<[x: Tensor]> = defineOp({
  name: "extremes",
  infer: () => ({ dtype: "float32", shape: [2] }),
  emit: (e, x) => {
    const unitShape = e.constant("int64", [1]);
    const ends = ["ReduceMin", "ReduceMax"].map((op) => e.node("Reshape", [e.node(op, x, { keepdims: 0 }), unitShape]));
    return e.node("Concat", ends, { axis: 0 });
  },
  grad: "unsupported",
});

/** The ranges of what layers read and give: a row [input's smallest, largest, output's smallest, largest] for each use. */
export const rangesOf = (uses: readonly LayerUse[]): Tensor =>
  stack(
    uses.map(({ input, output }) => concat([extremes(input), extremes(output)], { axis: 0 })),
    { axis: 0 },
  );

/** Ranges of a layer. */
export interface LayerRanges {
  readonly input: ValueRange;
  readonly output: ValueRange;
}

/** The error of each layer in 8 bits, its input being as it is: a row [sum of squared errors, of squared outputs] for each use. */
export const noiseOf = (uses: readonly LayerUse[], rangesBy: (name: string) => LayerRanges): Tensor =>
  stack(
    uses.map((use) => {
      const { input, output } = rangesBy(use.name);
      const y = use.apply(rounded(use.input, input), roundedWeight(use.weight));
      const error = sub(use.kind === "conv" ? rounded(y, output) : y, use.output);
      return concat([total(error), total(use.output)], { axis: 0 });
    }),
    { axis: 0 },
  );

const total = (x: Tensor): Tensor => reshape(sum(square(x)), { shape: [1] });

/**
 * Numbers rounded to 8 bits, in float32 arithmetic: ONNX Runtime fuses a float32 convolution between `quantize` nodes into one in
 * int8, whose products overflow without VNNI.
 */
function rounded(x: Tensor, range: ValueRange): Tensor {
  const { scale, zeroPoint } = affineOf(range);
  const steps = clamp(round(div(x, scalar(scale))), { min: -zeroPoint, max: 255 - zeroPoint });
  return mul(steps, scalar(scale));
}

/** A weight rounded to 8 bits for each output channel. */
function roundedWeight(weight: Tensor): Tensor {
  const axes = weight.shape.map((_, i) => i).slice(1);
  const scale = div(maximum(amax(abs(weight), { axes, keepDims: true }), scalar(1e-30)), scalar(127));
  return mul(round(div(weight, scale)), scale);
}
