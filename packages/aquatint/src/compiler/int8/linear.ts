import { apply, defineOp, type OpFn } from "../../graph/op.ts";
import { type Rule, ruleFor } from "../../graph/rewrite.ts";
import type { Op, Tensor } from "../../graph/tensor.ts";
import { add } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/matmul.ts";
import { reshape, split } from "../../ops/shape.ts";
import { expectDtype, sizeAt } from "../../ops/shape-rules.ts";
import { behindReshape } from "../fuse/gemm.ts";
import { type Affine, affineNames, affineOf, quantize } from "./affine.ts";
import type { QuantizedWeight } from "./weight.ts";

/** x·Wᵀ + b for x [m, k] in uint8 and W [o, k] in int8, computed in integers; the result is float32. */
export const int8Linear: OpFn<readonly [x: Tensor, weight: Tensor, scale: Tensor, ...bias: Tensor[]], Affine> =
  defineOp({
    name: "int8Linear",
    infer: ([x, weight]) => {
      expectDtype(x, "uint8");
      expectDtype(weight, "int8");
      return { dtype: "float32", shape: [sizeAt(x.shape, 0), sizeAt(weight.shape, 0)] };
    },
    emit: (e, [x, weight, scale, ...bias], input) => {
      const [inputScale, inputZero] = affineNames(e, input);
      const columns = e.node("Transpose", [weight], { perm: [1, 0] });
      const operands = [x, columns, inputScale, scale, inputZero, "", ...bias];
      return e.node("MatMulIntegerToFloat", bias.length > 0 ? operands : operands.slice(0, -1), {}, microsoft);
    },
    grad: "unsupported",
  });
const microsoft = { domain: "com.microsoft" } as const;

/** Linear layers whose weights are quantized. */
export const linearInInt8 = (weights: ReadonlyMap<Tensor, QuantizedWeight>): Rule =>
  ruleFor(matmul, ({ inputs: [x, weight], attrs: { transA, transB, alpha } }) => {
    const quantized = weights.get(weight);
    if (!quantized || transA || !transB || alpha !== 1 || x.shape.length !== 2) return undefined;
    const { layer, values, scale } = quantized;
    const input = affineOf(layer.input);
    return [int8Linear(quantize(x, input), values, scale, input)];
  });

/** A linear layer in 8 bits: its operands are an input, a weight and what belongs to it, with a bias at the end or none. */
interface LinearOp {
  readonly op: Op;
}

/** A row that is added to a product in 8 bits, of so many operands without it, is added by the product itself. */
export const biasOf = ({ op }: LinearOp, operands: number): Rule =>
  ruleFor(add, ({ inputs: [left, right], outputs: [y] }) => {
    const [x, bias] = right.shape.length === 1 ? [left, right] : [right, left];
    const { node, shape } = behindReshape(x);
    if (node.op !== op || node.inputs.length > operands) return undefined;
    if (String(bias.shape) !== String([shape[1]]) || x.shape.at(-1) !== shape[1]) return undefined;
    return [reshape(apply(op, [...node.inputs, bias], node.attrs)[0], { shape: y.shape })];
  });

/** Parts of a linear layer's result are linear layers of parts of its weights. */
export const splitOf = ({ op }: LinearOp): Rule =>
  ruleFor(split, ({ inputs: [x], attrs: { axis, sizes }, outputs }) => {
    const { node, shape } = behindReshape(x);
    const isLast = axis === -1 || axis === x.shape.length - 1;
    if (!isLast || node.op !== op || shape[1] !== x.shape.at(-1)) return undefined;
    const [rows, ...constants] = node.inputs;
    if (!rows) return undefined;
    const parts = constants.map((operand) => split(operand, { axis: 0, sizes }));
    return outputs.map((y, i) => {
      const operands = parts.flatMap((part) => part[i] ?? []);
      return reshape(apply(op, [rows, ...operands], node.attrs)[0], { shape: y.shape });
    });
  });
