import { varint } from "../../compiler/onnx/backward-writer.ts";

/** A part of a file. */
export interface Segment {
  readonly offset: number;
  readonly length: number;
}

/** A constant of an optimized graph whose bytes lie beside it: its own segment first, then its packed forms. */
export interface ExternalTensor {
  readonly location: string;
  readonly segments: readonly Segment[];
}

/** Field numbers of onnx.proto. */
const [GRAPH, INITIALIZER, EXTERNAL_DATA, KEY, VALUE] = [7, 5, 13, 1, 2];
const DELIMITED = 2;

/** The external constants of a serialized ModelProto, in its order. */
export function externalTensors(model: Uint8Array): readonly ExternalTensor[] {
  const tensors: ExternalTensor[] = [];
  moveTensors(model, (tensor) => {
    tensors.push(tensor);
    return tensor;
  });
  return tensors;
}

/** The model with each external constant at the place that `move` gives: another file and as many segments of the same lengths. */
export const moveTensors = (model: Uint8Array, move: (tensor: ExternalTensor) => ExternalTensor): Uint8Array =>
  edit(model, GRAPH, (graph) => edit(graph, INITIALIZER, (tensor) => moveTensor(tensor, move)));

function moveTensor(tensor: Uint8Array, move: (tensor: ExternalTensor) => ExternalTensor): Uint8Array {
  const entries: (readonly [key: string, value: string])[] = [];
  edit(tensor, EXTERNAL_DATA, (entry) => {
    const [key, value] = [KEY, VALUE].map((number) =>
      text.decode(fieldsOf(entry).find((f) => f.number === number)?.value),
    );
    entries.push([key ?? "", value ?? ""]);
    return entry;
  });
  if (entries.length === 0) return tensor;
  const moved = entriesAt(entries, move(tensorOf(entries)));
  let at = 0;
  return edit(tensor, EXTERNAL_DATA, () => {
    const entry = moved[at++] ?? [];
    return concat(entry.map((value, i) => field([KEY, VALUE][i] ?? 0, utf8.encode(value))));
  });
}

/**
 * ONNX Runtime's entries: `location`, `offset`, `length`, and `prepacked_0` and so on for each kernel that packed the constant, with the
 * value `key|offset;length;checksum|...`.
 */
const isPacked = (key: string): boolean => key.startsWith("prepacked_");

function tensorOf(entries: readonly (readonly [key: string, value: string])[]): ExternalTensor {
  const { location = "", offset = "0", length = "0" } = Object.fromEntries(entries) as Partial<Record<string, string>>;
  const blobs = entries.filter(([key]) => isPacked(key)).flatMap(([, value]) => value.split("|").slice(1));
  const pairs = [[offset, length], ...blobs.map((blob) => blob.split(";"))];
  return { location, segments: pairs.map(([at, size]) => ({ offset: Number(at), length: Number(size) })) };
}

function entriesAt(
  entries: readonly (readonly [key: string, value: string])[],
  { location, segments }: ExternalTensor,
): readonly (readonly string[])[] {
  const offsets = segments.map(({ offset }) => String(offset)).values();
  const replaced: Readonly<Record<string, string>> = { location, offset: offsets.next().value ?? "0" };
  return entries.map(([key, value]) => {
    if (!isPacked(key)) return [key, replaced[key] ?? value];
    const [kernel = "", ...blobs] = value.split("|");
    const moved = blobs.map((blob) => [offsets.next().value ?? "0", ...blob.split(";").slice(1)].join(";"));
    return [key, [kernel, ...moved].join("|")];
  });
}

const text = new TextDecoder();
const utf8 = new TextEncoder();

interface Field {
  readonly number: number;
  readonly wireType: number;
  /** The content of a delimited field. */
  readonly value: Uint8Array;
  /** The field as it stands in the message, tag included. */
  readonly bytes: Uint8Array;
}

/** A message with the content of each delimited field of this number replaced. */
const edit = (message: Uint8Array, number: number, replace: (value: Uint8Array) => Uint8Array): Uint8Array =>
  concat(
    fieldsOf(message).map((f) =>
      f.number === number && f.wireType === DELIMITED ? field(number, replace(f.value)) : f.bytes,
    ),
  );

const fixedBytes: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function fieldsOf(message: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const start = at;
    const tag = readVarint(message, at);
    const wireType = tag.value % 8;
    const size = readVarint(message, tag.end); // the length of a delimited field, or the value of a varint
    const begin = wireType === DELIMITED ? size.end : tag.end;
    const length = fixedBytes[wireType] ?? (wireType === DELIMITED ? size.value : size.end - tag.end);
    at = begin + length;
    const [value, bytes] = [message.subarray(begin, at), message.subarray(start, at)];
    fields.push({ number: Math.floor(tag.value / 8), wireType, value, bytes });
  }
  return fields;
}

/** Larger values than 2^53 lose digits; only those of fields that are copied as they are can be so large. */
function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let [value, scale, at] = [0, 1, start];
  for (;;) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return { value, end: at };
  }
}

const field = (number: number, value: Uint8Array): Uint8Array =>
  concat([varint(number * 8 + DELIMITED), varint(value.length), value]);

const concat = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
