import { AquatintError } from "../errors.ts";
import { type DType, type HostArrays, type HostTensor, type Shape, sizeOf, type Type, typeName } from "./types.ts";

/** The constructors of `HostArrays`. */
export const hostArrays = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
} as const;

/** A tensor over `data`, which is not copied. */
export const hostTensor = <D extends DType>(
  { dtype, shape }: { readonly dtype: D; readonly shape: Shape },
  data: HostArrays[D],
): HostTensor<D> => ({ dtype, shape, data }) as HostTensor<D>;

/** A tensor of these numbers, copied; bool is 0 and 1. */
export const hostTensorOf = ({ dtype, shape }: Type, values: ArrayLike<number>): HostTensor =>
  hostTensor({ dtype, shape }, new hostArrays[dtype](values));

/** A tensor of zeros. */
export const zeros = ({ dtype, shape }: Type): HostTensor =>
  hostTensor({ dtype, shape }, new hostArrays[dtype](sizeOf(shape)));

/** A copy in a buffer of its own: in Node `data.slice()` may share its memory with other arrays. */
export const copyTensor = ({ dtype, shape, data }: HostTensor): HostTensor =>
  hostTensorOf({ dtype, shape: [...shape] }, data);

/** A float32 tensor. A Float32Array is not copied. */
export const float32 = (shape: Shape, values: ArrayLike<number>): HostTensor<"float32"> =>
  hostTensor({ dtype: "float32", shape }, values instanceof Float32Array ? values : Float32Array.from(values));

/** An int32 tensor. An Int32Array is not copied. */
export const int32 = (shape: Shape, values: ArrayLike<number>): HostTensor<"int32"> =>
  hostTensor({ dtype: "int32", shape }, values instanceof Int32Array ? values : Int32Array.from(values));

/** The values of a float32 tensor. @throws AquatintError "tensor/dtype" for another element type. */
export function float32Data(tensor: HostTensor): Float32Array {
  if (tensor.dtype === "float32") return tensor.data;
  throw new AquatintError("tensor/dtype", `expected a float32 tensor, got ${typeName(tensor)}`);
}
