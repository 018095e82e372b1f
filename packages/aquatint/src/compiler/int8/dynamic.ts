import { defineOp, type OpFn } from "../../graph/op.ts";
import { type Rule, rewriteNamed, ruleFor } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { matmul } from "../../ops/matmul.ts";
import { expectDtype, sizeAt } from "../../ops/shape-rules.ts";
import { commonSubexpressions } from "../passes/cse.ts";
import { biasOf, splitOf } from "./linear.ts";
import type { Int8Graph, Int8Pass } from "./pass.ts";

/** Fewer rows are computed faster in float32 than their range is found. */
const LEAST_ROWS = 16;
/** The smallest scale of a weight, whose channel may be all zeros. */
const LEAST_SCALE = 1e-30;

/**
 * x·Wᵀ + b for x [m, k] and W [o, k] in float32, computed in integers: W is rounded for each of its rows while the program
 * is loaded, x in each run, by its own range.
 */
const dynamicLinear: OpFn<readonly [x: Tensor, weight: Tensor, ...bias: Tensor[]]> = defineOp({
  name: "dynamicLinear",
  infer: ([x, weight]) => {
    expectDtype(x, "float32");
    return { dtype: "float32", shape: [sizeAt(x.shape, 0), sizeAt(weight.shape, 0)] };
  },
  emit: (e, [x, weight, ...bias], _, { inputs: [, { shape }] }) => {
    const largest = e.node("ReduceMax", [e.node("Abs", [weight]), e.constant("int64", [1])], { keepdims: 0 });
    const steps = e.node("Div", [largest, e.constant("float32", [127], [])]);
    const scale = e.node("Max", [steps, e.constant("float32", [LEAST_SCALE], [])]);
    const zeros = e.constant("int8", new Int8Array(sizeAt(shape, 0)));
    const rounded = e.node("QuantizeLinear", [weight, scale, zeros], { axis: 0 });
    const columns = e.node("Transpose", [rounded], { perm: [1, 0] });
    const operands = [x, columns, scale, ...(bias.length > 0 ? ["", ...bias] : [])];
    return e.node("DynamicQuantizeMatMul", operands, {}, { domain: "com.microsoft" });
  },
  grad: "unsupported",
});

const linearInDynamic = (weights: ReadonlySet<Tensor>): Rule =>
  ruleFor(matmul, ({ inputs: [x, weight], attrs: { transA, transB, alpha } }) => {
    const isLinear = !transA && transB && alpha === 1 && x.shape.length === 2;
    return isLinear && weights.has(weight) && sizeAt(x.shape, 0) >= LEAST_ROWS ? [dynamicLinear(x, weight)] : undefined;
  });

/** The linear layers of these weights in 8 bits, whose ranges are found in each run. */
export const dynamicPass = (layers: readonly string[]): Int8Pass => ({
  layers,
  multipliesIntegers: true,
  apply<N extends string>(outputs: Readonly<Record<N, Tensor>>, names: ReadonlyMap<string, Tensor>): Int8Graph<N> {
    const weights = new Set(layers.flatMap((name) => names.get(name) ?? []));
    const rules = [linearInDynamic(weights), biasOf(dynamicLinear, 2), splitOf(dynamicLinear), commonSubexpressions()];
    return { outputs: rewriteNamed(outputs, rules), bindings: new Map() };
  },
});
