/**
 * The part of onnx.proto that is written here, as plain objects. An encoder for all of protobuf reads descriptors at run time
 * and is 70 KB of a bundle; these tables are 1 KB.
 */

type Scalar = "string" | "bytes" | "int" | "float";
/** Encoding of a field; a list where it is repeated. */
type Kind = Scalar | Fields | readonly [Scalar | Fields];
/** A message: the number and the kind of each field that is written, by rising numbers. */
type Fields = { readonly [name: string]: readonly [number: number, kind: Kind] };

type ScalarValue = {
  readonly string: string;
  readonly bytes: Uint8Array;
  readonly int: number;
  readonly float: number;
};
type Value<K> = K extends keyof ScalarValue
  ? ScalarValue[K]
  : K extends readonly [infer Item]
    ? readonly Value<Item>[]
    : K extends Fields
      ? Message<K>
      : never;
type Message<F extends Fields> = { -readonly [N in keyof F]?: Value<F[N][1]> | undefined };

const entry = { key: [1, "string"], value: [2, "string"] } as const;
const tensor = {
  dims: [1, ["int"]],
  dataType: [2, "int"],
  name: [8, "string"],
  rawData: [9, "bytes"],
  externalData: [13, [entry]],
  dataLocation: [14, "int"],
} as const;
const attribute = {
  name: [1, "string"],
  f: [2, "float"],
  i: [3, "int"],
  s: [4, "bytes"],
  ints: [8, ["int"]],
  type: [20, "int"],
} as const;
const node = {
  input: [1, ["string"]],
  output: [2, ["string"]],
  name: [3, "string"],
  opType: [4, "string"],
  attribute: [5, [attribute]],
  domain: [7, "string"],
} as const;
const shape = { dim: [1, [{ dimValue: [1, "int"] }]] } as const;
const type = { tensorType: [1, { elemType: [1, "int"], shape: [2, shape] }] } as const;
const valueInfo = { name: [1, "string"], type: [2, type] } as const;
const graph = {
  node: [1, [node]],
  name: [2, "string"],
  initializer: [5, [tensor]],
  input: [11, [valueInfo]],
  output: [12, [valueInfo]],
} as const;
const model = {
  irVersion: [1, "int"],
  producerName: [2, "string"],
  graph: [7, graph],
  opsetImport: [8, [{ domain: [1, "string"], version: [2, "int"] }]],
} as const;

/** An attribute of a node. */
export type AttributeProto = Message<typeof attribute>;
/** A node: an operator and the names of what it reads and makes. */
export type NodeProto = Message<typeof node> & { input: readonly string[]; output: readonly string[] };
/** A constant. */
export type TensorProto = Message<typeof tensor>;
/** The name and type of an input or output. */
export type ValueInfoProto = Message<typeof valueInfo>;
/** A whole model. */
export type ModelProto = Message<typeof model>;

/** ONNX's numbers for element types. */
export const dataTypes = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e5m2: 19,
} as const;
/** ONNX's numbers for the types of attributes. */
export const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;
/** ONNX's number for a tensor whose bytes are in another file. */
export const EXTERNAL = 1;

/** Serializes a model; large constants are copied once. */
export function encodeModel(value: ModelProto): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const bytes = new Uint8Array(writeMessage(model, value, parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Appends a message to `parts`; returns its length. */
function writeMessage(fields: Fields, message: object, parts: Uint8Array[]): number {
  let length = 0;
  for (const [name, [number, kind]] of Object.entries(fields)) {
    const value: unknown = message[name as keyof typeof message];
    if (value === undefined) continue;
    const [itemKind, items] = isRepeated(kind) ? [kind[0], value as readonly unknown[]] : [kind, [value]];
    for (const item of items) length += writeField(number, itemKind, item, parts);
  }
  return length;
}

const isRepeated = (kind: Kind): kind is readonly [Scalar | Fields] => Array.isArray(kind);

const wireTypes = { int: 0, string: 2, bytes: 2, float: 5 } as const;

function writeField(number: number, kind: Scalar | Fields, value: unknown, parts: Uint8Array[]): number {
  const tag = varint(number * 8 + (typeof kind === "string" ? wireTypes[kind] : 2));
  const inner: Uint8Array[] = [];
  const length =
    typeof kind === "string" ? writeScalar(kind, value, inner) : writeMessage(kind, value as object, inner);
  const isDelimited = typeof kind !== "string" || wireTypes[kind] === 2;
  const head = isDelimited ? [tag, varint(length)] : [tag];
  parts.push(...head);
  for (const part of inner) parts.push(part);
  return head.reduce((sum, part) => sum + part.length, length);
}

const utf8 = new TextEncoder();
const scalarBytes: { readonly [K in Scalar]: (value: never) => Uint8Array } = {
  string: (value: string) => utf8.encode(value),
  bytes: (value: Uint8Array) => value,
  int: (value: number) => varint(value),
  float(value: number) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return bytes;
  },
};

function writeScalar(kind: Scalar, value: unknown, parts: Uint8Array[]): number {
  const bytes = scalarBytes[kind](value as never);
  parts.push(bytes);
  return bytes.length;
}

/** A whole number in groups of seven bits, the lowest first; a negative one in two's complement of 64 bits. */
export function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
