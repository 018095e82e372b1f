import { defineOp, type OpFn, opFunction, shapeError } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type DType, type HostTensor, type Shape, sizeOf } from "../graph/types.ts";

/** The name, type and initial values of a leaf. */
export interface InputAttributes {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}
/** Options of `input`. */
export interface InputOptions extends Omit<InputAttributes, "dtype"> {
  /** float32 when absent. */
  readonly dtype?: DType | undefined;
}
/** An op without inputs. */
export type InputOp = OpFn<[], InputAttributes>;
const inputOp: InputOp = defineOp({
  name: "input",
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  emit: (_e, _i, { name }) => name,
  grad: "leaf",
  traits: { unique: true },
});

/** A value fed with each run, by name. */
export const input: ((options: InputOptions) => Tensor) & Pick<InputOp, "op"> = opFunction(
  inputOp,
  ({ name, dtype = "float32", shape }: InputOptions) => inputOp({ name, dtype, shape }),
);

/** Initial values of a parameter: a constant, uniform in [-bound, bound], normal with the deviation, or these. */
export type Init =
  | "zeros"
  | "ones"
  | { readonly constant: number }
  | { readonly uniform: number }
  | { readonly normal: number }
  | { readonly values: Float32Array };

/** A trainable float32 leaf. It has no name of its own: the module tree it sits in names it. */
export const param: OpFn<[], { shape: Shape; init: Init }> = defineOp({
  name: "param",
  infer: (_, { shape }) => ({ dtype: "float32", shape }),
  emit: () => shapeError("a parameter must be bound before its graph is written"),
  grad: "leaf",
  traits: { unique: true },
});

/** A fixed value. */
export const constant: OpFn<[], { value: HostTensor }> = defineOp({
  name: "constant",
  infer: (_, { value: { dtype, shape, data } }) => {
    if (data.length !== sizeOf(shape)) shapeError(`${data.length} values for the shape [${shape}]`);
    return { dtype, shape };
  },
  emit: (e, _, { value: { dtype, data, shape } }) => e.constant(dtype, data, shape),
  grad: "leaf",
  traits: { constant: ({ value }) => value },
});

/** One float32 number in every place of `shape`; takes no memory until it is used. */
export const fill: OpFn<[], { value: number; shape: Shape }> = defineOp({
  name: "fill",
  infer: (_, { shape }) => ({ dtype: "float32", shape }),
  emit: (e, _, { value, shape }) => {
    const scalar = e.constant("float32", [value], []);
    return shape.length ? e.node("Expand", [scalar, e.constant("int64", shape)]) : scalar;
  },
  grad: "zero",
  traits: { constant: ({ value }) => value },
});

/** A float32 scalar. */
export const scalar = (value: number): Tensor => fill({ value, shape: [] });
