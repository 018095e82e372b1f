import { AquatintError } from "../errors.ts";
import { MAX_JSON, parseJsonObject } from "../formats/json.ts";
import { toFloat32 } from "../formats/safetensors/half.ts";
import { headerLength, PREFIX_BYTES, parseHeader } from "../formats/safetensors/header.ts";
import { float32Data } from "../graph/host-tensor.ts";
import { type HostTensor, sizeOf } from "../graph/types.ts";
import { concatBytes } from "../util/concat.ts";
import { lookup } from "../util/items.ts";
import type { JsonObject } from "../util/json.ts";
import { type FileRange, fileName, type ModelFiles } from "./files.ts";
import type { FileHeader, TensorLocation, WeightFile } from "./types.ts";

/** Bytes of a header that let a foreign format be named. */
const HEAD_BYTES = 32;
/** Bytes that are read at once at most, but for a larger tensor. */
const CHUNK_BYTES = 2 ** 25;

/** Result of `read`; undefined where there is no such file. */
export async function optional<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: unknown) => {
    if (error instanceof AquatintError && error.code === "file/missing") return undefined;
    throw error;
  });
}

/** A text file, which must be UTF-8; a byte-order mark is dropped. @throws AquatintError "file/…" or "model/json". */
export async function readTextOf(files: ModelFiles, path: string): Promise<string> {
  const name = fileName(files, path);
  const bytes = await files.read(path, { offset: 0, length: MAX_JSON + 1 });
  if (bytes.length > MAX_JSON) throw new AquatintError("model/json", `${name} has more than ${MAX_JSON} bytes`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AquatintError("file/encoding", `cannot read ${name}: it is not UTF-8 text`, {
      hint: "save it as UTF-8",
      cause,
    });
  }
}

/** A JSON object of a model. @throws AquatintError "file/…" or "model/json". */
export const readJson = async (files: ModelFiles, path: string): Promise<JsonObject> =>
  parseJsonObject(await readTextOf(files, path), { name: fileName(files, path) });

/** A safetensors file's checked header; no tensor is read. @throws AquatintError "file/…" or "safetensors/…". */
export async function readHeader(files: ModelFiles, path: string): Promise<FileHeader> {
  const file = await weightFile(files, path);
  const { name } = file;
  const head = await files.read(path, { offset: 0, length: HEAD_BYTES });
  const size = await files.size(path);
  const rest = PREFIX_BYTES + headerLength(head, size, { name }) - head.length;
  const parts = rest > 0 ? [head, await files.read(path, { offset: head.length, length: rest })] : [head];
  return { file, header: parseHeader(concatBytes(parts), size, { name }) };
}

/** Reads the header of a file among a model's. */
export type HeaderReader = (path: string) => Promise<FileHeader>;

/** Reads the headers of a model's files, each once; those of `read` are there already. */
export function headerReader(files: ModelFiles, read: ReadonlyMap<string, FileHeader> = new Map()): HeaderReader {
  const headers = new Map(Array.from(read, ([path, header]) => [path, Promise.resolve(header)]));
  return (path) => {
    const header = headers.get(path) ?? readHeader(files, path);
    headers.set(path, header);
    return header;
  };
}

async function weightFile(files: ModelFiles, path: string): Promise<WeightFile> {
  const located = await files.locate?.(path);
  const blob = files.blob?.(path);
  return {
    name: fileName(files, path),
    ...(located !== undefined && { path: located }),
    ...(blob && { blob }),
    read: (range) => files.read(path, range),
  };
}

/** The tensors of a file, by their names in it. */
export const locationsOf = ({ file, header }: FileHeader): Map<string, TensorLocation> =>
  new Map(Array.from(header.tensors, ([key, entry]) => [key, { ...entry, file }]));

/** Tensors as their bytes lie in the files, file by file in the order of the bytes; neighbors are read together. */
export async function* readBytesAt(
  locations: ReadonlyMap<string, TensorLocation>,
): AsyncGenerator<readonly [key: string, data: Uint8Array, location: TensorLocation]> {
  const byFile = new Map<WeightFile, Entry[]>();
  for (const entry of locations) {
    const { file } = entry[1];
    const entries = byFile.get(file) ?? [];
    byFile.set(file, entries);
    entries.push(entry);
  }
  for (const [file, entries] of byFile) {
    for (const { range, tensors } of chunks(entries)) {
      const bytes = await file.read(range);
      if (bytes.length !== range.length) throw changed(file.name);
      for (const [key, location] of tensors) {
        const start = location.offset - range.offset;
        yield [key, bytes.subarray(start, start + location.length), location];
      }
    }
  }
}

type Entry = readonly [key: string, location: TensorLocation];
interface Chunk {
  readonly range: FileRange;
  readonly tensors: readonly Entry[];
}

/** Runs of tensors without gaps between them. */
function* chunks(entries: readonly Entry[]): Generator<Chunk> {
  const sorted = entries.toSorted(([, a], [, b]) => a.offset - b.offset);
  let tensors: Entry[] = [];
  let [offset, end] = [0, 0];
  for (const entry of sorted) {
    const [, { offset: start, length }] = entry;
    if (tensors.length > 0 && (start > end || start + length - offset > CHUNK_BYTES)) {
      yield { range: { offset, length: end - offset }, tensors };
      tensors = [];
    }
    if (tensors.length === 0) [offset, end] = [start, start];
    tensors.push(entry);
    end = Math.max(end, start + length);
  }
  if (tensors.length > 0) yield { range: { offset, length: end - offset }, tensors };
}

const changed = (file: string) =>
  new AquatintError("checkpoint/changed", `${file} is shorter than its header said when it was opened`, {
    hint: "do not write to a model that is in use; open it again",
  });

/** Tensors as float32 values in the module's order, by the same names. */
export async function readTensors(locations: ReadonlyMap<string, TensorLocation>): Promise<Map<string, HostTensor>> {
  const values = new Map<string, HostTensor>();
  const scales = await scalesOf(locations);
  for await (const [key, data, location] of readBytesAt(locations)) {
    const value = valuesOf(data, location, key);
    const scale = scales.get(key);
    values.set(key, scale ? scaled(value, float32Data(scale)) : value);
  }
  return new Map(Array.from(locations.keys(), (key) => [key, lookup(values, key)]));
}

/** Scales of the weights that are in 8 bits, by the same names. */
async function scalesOf(locations: ReadonlyMap<string, TensorLocation>): Promise<ReadonlyMap<string, HostTensor>> {
  const parts = Array.from(locations).flatMap(([name, { quantized }]) =>
    quantized ? [[name, quantized.scale] as const] : [],
  );
  return parts.length > 0 ? readTensors(new Map(parts)) : new Map();
}

/** A weight in 8 bits as the numbers that it stands for, one scale for each output channel. */
function scaled({ shape, data }: HostTensor, scale: Float32Array): HostTensor {
  const size = data.length / scale.length;
  return { dtype: "float32", shape, data: Float32Array.from(data, (q, i) => q * (scale[Math.floor(i / size)] ?? 0)) };
}

/** Widened, and the two axes swapped where the file has them so. */
function valuesOf(data: Uint8Array, { dtype, shape, transposed }: TensorLocation, name: string): HostTensor {
  const values = toFloat32({ dtype, shape, data }, { name });
  return { dtype: "float32", shape, data: transposed ? transpose(values, shape) : values };
}

/** [columns, rows] as [rows, columns]. */
function transpose(values: Float32Array, shape: readonly number[]): Float32Array {
  const [rows = 0, columns = 0] = shape;
  const out = new Float32Array(sizeOf(shape));
  for (let i = 0; i < out.length; i++) out[i] = values[(i % columns) * rows + Math.floor(i / columns)]!;
  return out;
}
