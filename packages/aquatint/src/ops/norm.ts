import { float } from "../graph/emitter.ts";
import { defineOp, type OpFn, opFunction, shapeError, withOpContext } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type Defaulted, type Shape, sizeOf, type Type } from "../graph/types.ts";
import { add, exp, mul, scale, sub } from "./elementwise.ts";
import { mean, sum } from "./reduce.ts";
import { expand, reshape } from "./shape.ts";
import { axisOf, expectDtype, sizeAt } from "./shape-rules.ts";

/** Options of `normalize`. */
export interface NormOptions {
  /** Added to the variance; 1e-5 when absent. */
  readonly eps?: number | undefined;
}

/** Output 0: (x - mean) / sqrt(variance + eps) over the last axis; 1: the mean; 2: the inverse deviation. */
const normalizeOp: OpFn<[x: Tensor], { eps: number }, readonly [Type, Type, Type]> = defineOp({
  name: "normalize",
  infer: ([x]) => {
    expectDtype(x, "float32");
    if (!x.shape.length) shapeError("a scalar has no axis to normalize");
    const statistics = { dtype: x.dtype, shape: x.shape.with(-1, 1) };
    return [{ dtype: x.dtype, shape: x.shape }, statistics, statistics] as const;
  },
  emit: (e, [x], { eps }, { inputs: [source] }) => {
    const n = sizeAt(source.shape, -1);
    const ones = e.node("Expand", [e.constant("float32", [1], []), e.constant("int64", [n])]);
    return e.nodes("LayerNormalization", [x, ones], { axis: -1, epsilon: float(eps) }, { outputs: 3 });
  },
  grad: ([dy, dMean, dInverse], { inputs: [x], outputs }) => {
    const [y, , inverse] = outputs;
    const n = sizeAt(x.shape, -1);
    const over = { axes: [-1], keepDims: true };
    let centered: Tensor | undefined;
    if (dy) centered = sub(sub(dy, mul(y, mean(mul(dy, y), over))), mean(dy, over));
    if (dInverse) {
      const slope = mul(y, scale(mul(dInverse, inverse), -1 / n));
      centered = centered ? add(centered, slope) : slope;
    }
    const dx = centered && mul(centered, inverse);
    if (!dMean) return [dx];
    const shift = scale(dMean, 1 / n);
    return [dx ? add(dx, shift) : expand(shift, { shape: x.shape })];
  },
  float32: "itself",
});

/** (x - mean) / sqrt(variance + eps) over the last axis, without scale or shift (Ba et al. 2016). */
export const normalize = (x: Tensor, { eps = 1e-5 }: NormOptions = {}): Tensor => normalizeOp(x, { eps })[0];

/** Options of `layerNorm` and `instanceNorm`. */
export interface AffineNormOptions extends NormOptions {
  readonly weight?: Tensor | undefined;
  readonly bias?: Tensor | undefined;
}
/** Options of `groupNorm`. */
export interface GroupNormOptions extends AffineNormOptions {
  readonly groups: number;
}

/** Normalizes `groups` groups of the channels of x [n, c, ...]; weight and bias [c] scale and shift each (Wu and He 2018). */
export function groupNorm(x: Tensor, { groups, weight, bias, eps = 1e-5 }: GroupNormOptions): Tensor {
  const [n, channels] = withOpContext("groupNorm", operands(x, weight, bias), () => {
    const [n, c] = x.shape;
    if (n === undefined || c === undefined) return shapeError(`expected [n, c, ...], got [${x.shape}]`);
    if (!(groups >= 1) || c % groups) shapeError(`${c} channels do not fall into ${groups} groups`);
    expectAffine({ weight, bias }, [c]);
    return [n, c] as const;
  });
  const size = sizeOf(x.shape.slice(1)) / groups;
  const flat = normalize(reshape(x, { shape: [n, groups, size] }), { eps });
  const perChannel = { shape: [channels, ...x.shape.slice(2).map(() => 1)] };
  return affine(reshape(flat, { shape: x.shape }), {
    weight: weight && reshape(weight, perChannel),
    bias: bias && reshape(bias, perChannel),
  });
}

/** Normalizes each channel of x [n, c, ...] of each example; weight and bias [c] (Ulyanov et al. 2016). */
export const instanceNorm = (x: Tensor, options: AffineNormOptions = {}): Tensor =>
  groupNorm(x, { ...options, groups: x.shape[1] ?? 1 });

/** Normalizes the last axis, of size n; weight and bias [n] scale and shift it (Ba et al. 2016). */
export function layerNorm(x: Tensor, { weight, bias, eps }: AffineNormOptions = {}): Tensor {
  withOpContext("layerNorm", operands(x, weight, bias), () => {
    if (!x.shape.length) shapeError("a scalar has no axis to normalize");
    expectAffine({ weight, bias }, x.shape.slice(-1));
  });
  return affine(normalize(x, { eps }), { weight, bias });
}

const operands = (...xs: readonly (Tensor | undefined)[]): Tensor[] => xs.filter((x) => x !== undefined);

type Affine = Pick<AffineNormOptions, "weight" | "bias">;

function expectAffine(parameters: Affine, shape: Shape): void {
  for (const [name, x] of Object.entries(parameters)) {
    if (x && String(x.shape) !== String(shape)) shapeError(`the ${name} must be [${shape}], got [${x.shape}]`);
  }
}

function affine(x: Tensor, { weight, bias }: Affine): Tensor {
  const scaled = weight ? mul(x, weight) : x;
  return bias ? add(scaled, bias) : scaled;
}

/** Options of `softmax` and `logSoftmax`. */
export interface AxisOptions {
  /** The last one when absent. */
  readonly axis?: number | undefined;
}

function exponentials({ dtype, shape }: Type, axis: number): Type {
  expectDtype({ dtype, shape }, "float32");
  axisOf(axis, shape.length);
  return { dtype, shape };
}

/** An op along one axis. */
export type SoftmaxOp = OpFn<[x: Tensor], Defaulted<AxisOptions>>;
const softmaxOp: SoftmaxOp = defineOp({
  name: "softmax",
  infer: ([x], { axis }) => exponentials(x, axis),
  emit: (e, x, { axis }) => e.node("Softmax", x, { axis }),
  grad: ([dy], { outputs: [y], attrs: { axis } }) => [
    mul(y, sub(dy, sum(mul(dy, y), { axes: [axis], keepDims: true }))),
  ],
  float32: "itself",
});

/** Normalized exponentials along `axis`. */
export const softmax: ((x: Tensor, options?: AxisOptions) => Tensor) & Pick<SoftmaxOp, "op"> = opFunction(
  softmaxOp,
  (x: Tensor, { axis = -1 }: AxisOptions = {}) => softmaxOp(x, { axis }),
);

/** The logarithm of the softmax along `axis`, also where the softmax itself would be 0. */
export const logSoftmax = (x: Tensor, { axis = -1 }: AxisOptions = {}): Tensor => logSoftmaxOp(x, { axis });
const logSoftmaxOp: OpFn<[x: Tensor], { axis: number }> = defineOp({
  name: "logSoftmax",
  infer: ([x], { axis }) => exponentials(x, axis),
  emit: (e, x, { axis }) => e.node("LogSoftmax", x, { axis }),
  grad: ([dy], { outputs: [y], attrs: { axis } }) => [sub(dy, mul(exp(y), sum(dy, { axes: [axis], keepDims: true })))],
  float32: "itself",
});
