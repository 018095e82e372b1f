import { type BackwardWriter, backwardWriter } from "./backward-writer.ts";

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
  uint8: 2,
  int8: 3,
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
  const writer = backwardWriter();
  writeMessage(model, value, writer);
  return writer.result();
}

const wireTypes = { int: 0, string: 2, bytes: 2, float: 5 } as const;

interface Field {
  readonly name: string;
  readonly tag: number;
  readonly kind: Scalar | Fields;
  readonly isRepeated: boolean;
}

/** The fields of each message, the last first. */
const reversedFields = new Map<Fields, readonly Field[]>();

function fieldsOf(fields: Fields): readonly Field[] {
  const listed = reversedFields.get(fields);
  if (listed) return listed;
  const list = Object.entries(fields).map(([name, [number, kind]]): Field => {
    const isRepeated = isList(kind);
    const item = isRepeated ? kind[0] : kind;
    return { name, tag: number * 8 + (typeof item === "string" ? wireTypes[item] : 2), kind: item, isRepeated };
  });
  reversedFields.set(fields, list.reverse());
  return list;
}

const isList = (kind: Kind): kind is readonly [Scalar | Fields] => Array.isArray(kind);

/** Writes from the last byte to the first, so that the length of a message is there when its tag is written. */
function writeMessage(fields: Fields, message: object, writer: BackwardWriter): void {
  for (const field of fieldsOf(fields)) {
    const value: unknown = message[field.name as keyof typeof message];
    if (value === undefined) continue;
    if (!field.isRepeated) {
      writeField(field, value, writer);
      continue;
    }
    const items = value as readonly unknown[];
    for (let i = items.length - 1; i >= 0; i--) writeField(field, items[i], writer);
  }
}

function writeField({ tag, kind }: Field, value: unknown, writer: BackwardWriter): void {
  const end = writer.length();
  if (typeof kind === "string") writer[kind](value as never);
  else writeMessage(kind, value as object, writer);
  if (tag % 8 === 2) writer.int(writer.length() - end);
  writer.int(tag);
}
