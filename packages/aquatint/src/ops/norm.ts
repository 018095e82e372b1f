import { defineOp, float, type OpFn } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Type } from "../graph/types.ts";
import { add, exp, mul, scale, sub } from "./elementwise.ts";
import { mean, sum } from "./reduce.ts";

/** Output 0: (x - mean) / sqrt(variance + eps) over the last axis; 1: the mean; 2: the inverse deviation. */
const normaliseOp: OpFn<[x: Tensor], { eps: number }, readonly [Type, Type, Type]> = defineOp({
  name: "normalise",
  infer: ([x]) => {
    const one = { dtype: x.dtype, shape: x.shape.with(-1, 1) };
    return [{ dtype: x.dtype, shape: x.shape }, one, one] as const;
  },
  emit: (e, [x], { eps }, { inputs: [source] }) => {
    const n = source.shape.at(-1)!;
    const ones = e.node("Expand", [e.constant("float32", [1], []), e.constant("int64", [n])]);
    return e.nodes("LayerNormalization", [x!, ones], { axis: -1, epsilon: float(eps) }, { outputs: 3 });
  },
  grad: ([dy, dMean, dInverse], { inputs: [x], outputs }) => {
    const [y, , inverse] = outputs as [Tensor, Tensor, Tensor];
    const n = x.shape.at(-1)!;
    const over = { axes: [-1], keepDims: true };
    let centred: Tensor | undefined;
    if (dy) centred = sub(sub(dy, mul(y, mean(mul(dy, y), over))), mean(dy, over));
    if (dInverse) {
      const slope = mul(y, scale(mul(dInverse, inverse), -1 / n));
      centred = centred ? add(centred, slope) : slope;
    }
    const dx = centred && mul(centred, inverse);
    if (!dMean) return [dx];
    const shift = scale(dMean, 1 / n);
    return [dx ? add(dx, shift) : add(mul(x, scale(shift, 0)), shift)];
  },
});

/** (x - mean) / sqrt(variance + eps) over the last axis, without scale or shift (Ba et al. 2016). */
export const normalise = (x: Tensor, { eps = 1e-5 }: { eps?: number } = {}): Tensor => normaliseOp(x, { eps })[0]!;

/** Normalised exponentials along the last axis. */
export const softmax: OpFn<[x: Tensor]> = defineOp({
  name: "softmax",
  infer: ([x]) => x,
  emit: (e, x) => e.node("Softmax", x, { axis: -1 }),
  grad: ([dy], { outputs: [y] }) => {
    const t = mul(dy, y);
    return [sub(t, mul(y, sum(t, { axes: [-1], keepDims: true })))];
  },
});

/** The logarithm of the softmax along the last axis, also where the softmax itself would be 0. */
export const logSoftmax: OpFn<[x: Tensor]> = defineOp({
  name: "logSoftmax",
  infer: ([x]) => x,
  emit: (e, x) => e.node("LogSoftmax", x, { axis: -1 }),
  grad: ([dy], { outputs: [y] }) => [sub(dy, mul(exp(y), sum(dy, { axes: [-1], keepDims: true })))],
});
