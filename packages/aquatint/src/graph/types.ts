/**
 * Element types that a graph computes with. Indices are int32 at the API; int64 exists only inside emitted ONNX. int8 and uint8
 * are the weights and the activations of quantized layers.
 */
export type DType = "float32" | "int32" | "bool" | "int8" | "uint8";
/** The sizes of the axes; [] is a scalar. */
export type Shape = readonly number[];
/** Element type and shape of a value. */
export interface Type {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** The JavaScript array of each element type: bool is bytes of 0 and 1. */
export interface HostArrays {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
}
/** A tensor's values in JavaScript memory, row-major. The element type decides the array. */
export type HostTensor<D extends DType = DType> = {
  readonly [K in D]: { readonly dtype: K; readonly shape: Shape; readonly data: HostArrays[K] };
}[D];
/** Tensors by name. */
export type HostTensors<N extends string = string> = Readonly<Record<N, HostTensor>>;

/** Options with every default filled in. */
export type Defaulted<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** The number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);
/** The element type with its shape, for messages: "float32[2,3]". */
export const typeName = ({ dtype, shape }: Type): string => `${dtype}[${shape.join(",")}]`;
