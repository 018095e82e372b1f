import { AquatintError } from "../../errors.ts";
import { foreignFormat } from "../foreign.ts";
import { jsonFault } from "../json.ts";

/** Bytes of one element, in the order of the reference implementation (which sorts tensors by it, largest type first). */
export const dtypeBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;
/** Element types of a safetensors file, by their names in the file. */
export type SafetensorsDType = keyof typeof dtypeBytes;

/** Location of one tensor: absolute byte offset in the file and length in bytes, as ONNX Runtime's external data wants it. */
export interface TensorEntry {
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** Content of a safetensors header, every claim checked; tensors in the order of their bytes. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** The length field that every file begins with, in bytes. */
export const PREFIX_BYTES = 8;
/** The reference implementation's limit on the length of a header, in bytes. */
export const MAX_HEADER_BYTES = 100_000_000;

/** The object, its tensors, their lists; one more is refused by name and not as nonsense. */
const HEADER_DEPTH = 5;
/** A value of a file as a message quotes it. */
const quoted = (value: unknown): string => String(JSON.stringify(value)).slice(0, 100);

/** A refusal with a code "safetensors/kind" and the file's name in front. */
export const safetensorsError = (kind: string, name: string, problem: string, hint?: string, cause?: unknown) =>
  new AquatintError(`safetensors/${kind}`, `${name}: ${problem}`, { hint, cause });

const DAMAGED = "the file is damaged or its download was cut off: fetch it again";
const INVALID = "the file was not written by a correct safetensors writer: save the model again, or fetch it again";

/** Elements of a shape; undefined where the shape is no list of sizes or the product is beyond 2^53. */
export function elementsOf(shape: unknown): number | undefined {
  if (!Array.isArray(shape)) return undefined;
  const sizes: readonly unknown[] = shape;
  let n = 1;
  for (const d of sizes) {
    if (typeof d !== "number" || !Number.isSafeInteger(d) || d < 0) return undefined;
    n *= d;
  }
  return Number.isSafeInteger(n) ? n : undefined;
}

/**
 * Reads the length of the JSON header from the first bytes of a file (9 are enough; more let a foreign format be named).
 * @throws AquatintError "safetensors/…", also for pickles and other formats, recognized by their bytes.
 */
export function headerLength(head: Uint8Array, fileSize: number, { name = "the file" } = {}): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const long = head.length > PREFIX_BYTES;
  const length = long ? view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32 : 0;
  const plausible = long && head[PREFIX_BYTES] === 0x7b && length >= 2 && length <= MAX_HEADER_BYTES;
  if (!plausible) {
    const foreign = foreignFormat(head);
    if (foreign) throw new AquatintError(foreign.code, `${name}: ${foreign.problem}`, { hint: foreign.hint });
    if (!long)
      throw safetensorsError("truncated", name, `${fileSize} bytes are too few for a safetensors file`, DAMAGED);
    const message = `it does not begin with a header (length ${length}, first byte ${head[PREFIX_BYTES]}, expected "{")`;
    throw safetensorsError("not-safetensors", name, message, "only safetensors files are read");
  }
  if (PREFIX_BYTES + length > fileSize) {
    const message = `the header ends at byte ${PREFIX_BYTES + length}, the file at byte ${fileSize}`;
    throw safetensorsError("truncated", name, message, DAMAGED);
  }
  return length;
}

/**
 * Parses and checks the header alone; `bytes` must hold it whole, and may hold more.
 * @param fileSize size of the whole file in bytes, which the tensors must fill exactly.
 */
export function parseHeader(bytes: Uint8Array, fileSize: number, { name = "the file" } = {}): SafetensorsHeader {
  const length = headerLength(bytes, fileSize, { name });
  const start = PREFIX_BYTES + length;
  if (bytes.length < start) {
    throw safetensorsError("truncated", name, `the header needs ${start} bytes, ${bytes.length} were read`, DAMAGED);
  }
  const { __metadata__: said, ...described } = parseJson(bytes.subarray(PREFIX_BYTES, start), name);
  const metadata = said ?? {};
  checkMetadata(metadata, name);
  const entries = Object.entries(described).map(([key, value]) => [key, parseEntry(key, value, start, name)] as const);
  entries.sort(([, a], [, b]) => a.offset - b.offset || a.length - b.length);
  checkLayout(entries, start, fileSize, name);
  return { metadata, tensors: new Map(entries) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseJson(bytes: Uint8Array, name: string): Record<string, unknown> {
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw safetensorsError("json", name, "its header is not valid JSON in UTF-8", DAMAGED, cause);
  }
  // before parsing: nothing is built of a header that is nested a million deep
  const fault = jsonFault(text, { maxDepth: HEADER_DEPTH });
  if (fault?.kind === "deep") throw safetensorsError("json", name, `its header: ${fault.problem}`, INVALID);
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw safetensorsError("json", name, "its header is not valid JSON in UTF-8", DAMAGED, cause);
  }
  if (!isRecord(value)) throw safetensorsError("json", name, "its header is not a JSON object", INVALID);
  if (fault) throw safetensorsError("duplicate", name, `its header: ${fault.problem}`, INVALID);
  return value;
}

function checkMetadata(value: unknown, name: string): asserts value is Record<string, string> {
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === "string")) {
    throw safetensorsError("metadata", name, `"__metadata__" must map names to strings`, INVALID);
  }
}

function parseEntry(key: string, value: unknown, start: number, name: string): TensorEntry {
  const bad = (kind: string, problem: string) =>
    safetensorsError(kind, name, `tensor "${key.slice(0, 100)}" ${problem}`, INVALID);
  if (!isRecord(value)) throw bad("header", "is not described by an object");
  const { dtype, shape, data_offsets: offsets, ...rest } = value;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw bad("header", `has an unknown field "${unknown.slice(0, 100)}"`);
  if (typeof dtype !== "string" || !Object.hasOwn(dtypeBytes, dtype)) {
    throw bad("dtype", `has the dtype ${quoted(dtype)}, known are ${Object.keys(dtypeBytes).join(", ")}`);
  }
  const elements = elementsOf(shape);
  if (elements === undefined) throw bad("shape", `has the shape ${quoted(shape)}, expected sizes of 0 or more`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as readonly unknown[]) : [];
  if (
    typeof begin !== "number" ||
    typeof end !== "number" ||
    elementsOf([begin]) === undefined ||
    elementsOf([end]) === undefined ||
    begin > end
  ) {
    throw bad("offsets", `has the offsets ${quoted(offsets)}, expected [begin, end] with begin <= end`);
  }
  const type = dtype as SafetensorsDType;
  const expected = elements * dtypeBytes[type];
  if (end - begin !== expected) {
    throw bad("size", `takes ${end - begin} bytes, but ${dtype} ${quoted(shape)} needs ${expected}`);
  }
  return { dtype: type, shape: shape as readonly number[], offset: start + begin, length: expected };
}

function checkLayout(entries: readonly (readonly [string, TensorEntry])[], start: number, size: number, name: string) {
  let at = start;
  for (const [key, { offset, length }] of entries) {
    if (offset < at)
      throw safetensorsError("overlap", name, `tensor "${key.slice(0, 100)}" overlaps the one before it`, INVALID);
    if (offset > at)
      throw safetensorsError(
        "gap",
        name,
        `${offset - at} bytes before tensor "${key.slice(0, 100)}" belong to none`,
        INVALID,
      );
    at = offset + length;
  }
  if (at > size)
    throw safetensorsError("truncated", name, `its tensors end at byte ${at}, the file at byte ${size}`, DAMAGED);
  if (at < size)
    throw safetensorsError("trailing", name, `${size - at} bytes after its last tensor belong to none`, DAMAGED);
}
