import { AquatintError } from "../../errors.ts";
import type { Attribute } from "../../graph/emitter.ts";
import { type DType, type HostTensor, type Shape, sizeOf, type Type } from "../../graph/types.ts";
import {
  type AttributeProto,
  attributeTypes,
  dataTypes,
  EXTERNAL,
  encodeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "./messages.ts";
import { nodeName } from "./names.ts";

/** The position of a constant's bytes in a file beside the model (ONNX `external_data`). */
export interface ExternalData {
  /** Path relative to the executable's `weightsFolder`, or the name of `blob`. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
  /** Content of the location, where a browser holds it. */
  readonly blob?: Blob | undefined;
  /** The element type in the file, where the graph widens it to float32. */
  readonly stored?: StoredType | undefined;
  /** Factors of int8 values, one for each output channel. */
  readonly scale?: Float32Array | undefined;
  /** A matrix that lies in the file with its two axes swapped. */
  readonly transposed?: true | undefined;
}
/** Element types that weights are only stored in. */
export type StoredType = "float16" | "bfloat16" | "float64" | "float8e4m3fn" | "float8e5m2" | "int8";

const OPSET = 20;
const NCHWC = "com.microsoft.nchwc";
const IR_VERSION = 9;
const elementBytes = {
  float32: 4,
  int32: 4,
  bool: 1,
  int8: 1,
  uint8: 1,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  float8e4m3fn: 1,
  float8e5m2: 1,
};

/** The parts of an ONNX graph. */
export interface GraphParts {
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
  readonly inputs: Record<string, Type>;
  readonly outputs: Record<string, Type>;
}

/** Serializes a graph as a ModelProto. */
export function modelBytes({ nodes, initializers, inputs, outputs }: GraphParts): Uint8Array<ArrayBuffer> {
  const values = (types: Readonly<Record<string, Type>>) => Object.entries(types).map(([n, t]) => valueInfo(n, t));
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: "aquatint",
    opsetImport: [
      { domain: "", version: OPSET },
      { domain: "com.microsoft", version: 1 },
      ...(nodes.some(({ domain }) => domain === NCHWC) ? [{ domain: NCHWC, version: 1 }] : []),
    ],
    graph: { name: "aquatint", node: nodes, initializer: initializers, input: values(inputs), output: values(outputs) },
  });
}

/** An attribute of a node; the value's form decides its ONNX type. */
export function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === "string") return { name, type: attributeTypes.string, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return { name, type: attributeTypes.int, i: value };
  if ("float" in value) return { name, type: attributeTypes.float, f: value.float };
  return { name, type: attributeTypes.ints, ints: value };
}

/** A constant from numbers. */
export const constantProto = (
  name: string,
  dtype: DType | "int64",
  values: ArrayLike<number>,
  shape: Shape,
): TensorProto => rawTensor(name, dataTypes[dtype], shape, rawBytes(dtype, values));

function rawBytes(dtype: DType | "int64", values: ArrayLike<number>): Uint8Array {
  const typed = {
    float32: () => Float32Array.from(values),
    int32: () => Int32Array.from(values),
    bool: () => Uint8Array.from(values),
    int8: () => Int8Array.from(values),
    uint8: () => Uint8Array.from(values),
    int64: () => BigInt64Array.from(Array.from(values), BigInt),
  }[dtype]();
  return new Uint8Array(typed.buffer);
}

const rawTensor = (name: string, dataType: number, shape: Shape, rawData: Uint8Array): TensorProto => ({
  name,
  dataType,
  dims: shape,
  rawData,
});

/** A weight whose values stand inside the model. */
export function weightProto(name: string, { dtype, shape }: Type, { data }: HostTensor): TensorProto {
  if (data.length !== sizeOf(shape)) throw wrongSize(name, `${data.length} values`, { shape, expected: sizeOf(shape) });
  return rawTensor(name, dataTypes[dtype], shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** A weight whose values stay in a file, in the type and the order that they have there. */
export function externalProto(name: string, { dtype, shape }: Type, source: ExternalData): TensorProto {
  const { location, offset, length, stored = dtype, transposed } = source;
  const expected = sizeOf(shape) * elementBytes[stored];
  if (length !== expected) throw wrongSize(name, `${length} bytes of ${stored}`, { shape, expected });
  const entries = { location, offset: String(offset), length: String(length) };
  return {
    name,
    dataType: dataTypes[stored],
    dims: transposed ? shape.toReversed() : shape,
    dataLocation: EXTERNAL,
    externalData: Object.entries(entries).map(([key, v]) => ({ key, value: v })),
  };
}

const wrongSize = (name: string, actual: string, { shape, expected }: { shape: Shape; expected: number }) =>
  new AquatintError("graph/weight-size", `${name} has ${actual}, its shape [${shape}] wants ${expected}`);

/** The name of a weight as it lies in its file, where the graph widens it. */
export const storedName = (name: string): string => `${name}:stored`;
/** The name of the scale of a weight in int8. */
export const scaleName = (stored: string): string => `${stored}/scale`;

/** Nodes that make `to` of a weight as it lies in its file under the name `from`: turned, and widened to float32. */
export function widenWeight(from: string, to: string, { stored, scale, transposed }: ExternalData): NodeProto[] {
  const widen = scale
    ? { opType: "DequantizeLinear", attribute: [attributeProto("axis", 0)], scale: [scaleName(from)] }
    : { opType: "Cast", attribute: [attributeProto("to", dataTypes.float32)], scale: [] };
  const steps = [
    ...(transposed ? [{ opType: "Transpose", attribute: [attributeProto("perm", [1, 0])], scale: [] }] : []),
    ...(stored ? [widen] : []),
  ];
  return steps.map(({ scale: scales, ...step }, i) => {
    const [x, y] = [i === 0 ? from : `${from}/${i}`, i === steps.length - 1 ? to : `${from}/${i + 1}`];
    return {
      ...step,
      name: nodeName({ path: to, op: "weight", onnx: step.opType }, i),
      input: [x, ...scales],
      output: [y],
    };
  });
}

/** An input or output with its type. */
export const valueInfo = (name: string, { dtype, shape }: { dtype: DType; shape: Shape }): ValueInfoProto => ({
  name,
  type: { tensorType: { elemType: dataTypes[dtype], shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
});
