import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors } from "../../src/formats/files.node.ts";
import { dtypeBytes, type SafetensorsDType } from "../../src/formats/safetensors/header.ts";
import { encodeSafetensors, type RawTensor, type RawTensors } from "../../src/formats/safetensors/safetensors.ts";

/** A form of file that people have, and what becomes of it: a line of docs/checkpoints.md, and a test. */
export interface CompatibilityRow {
  readonly what: string;
  /** Whose programs write it. */
  readonly from: string;
  /** As the page says it: "read", "refused by name". */
  readonly result: string;
  /** Tries it with small files in this folder; what it returns or throws must match `expected`. */
  readonly run: (folder: string) => Promise<unknown>;
  readonly expected: unknown;
}

/** The path of a small model of the tests: "sd", "sd.safetensors", "xl.safetensors". */
export const fixture = (path: string): string =>
  fileURLToPath(new URL(`../fixtures/conditioned/${path}`, import.meta.url));

/** Runs a row in a folder of its own; an error becomes its code, message and hint. */
export async function outcome({ run }: CompatibilityRow): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-compatibility-"));
  try {
    return await run(folder);
  } catch (error) {
    const { code, message, hint } = error as { code?: string; message?: string; hint?: string };
    return { code, message, hint };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A tensor of zeros. */
export const zeros = (dtype: SafetensorsDType, ...shape: readonly number[]): RawTensor => ({
  dtype,
  shape,
  data: new Uint8Array(shape.reduce((n, d) => n * d, dtypeBytes[dtype])),
});

/** A scalar of small whole numbers in any element type. */
export function scalarOf(
  dtype: "F16" | "BF16" | "F32" | "F64" | "I8" | "U8" | "I16" | "I32" | "I64",
  value: number,
): RawTensor {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const bytes = {
    F16: () => Uint16Array.of((((bits >>> 23) - 112) << 10) | ((bits >>> 13) & 1023)),
    BF16: () => Uint16Array.of(bits >>> 16),
    F32: () => Float32Array.of(value),
    F64: () => Float64Array.of(value),
    I8: () => Int8Array.of(value),
    U8: () => Uint8Array.of(value),
    I16: () => Int16Array.of(value),
    I32: () => Int32Array.of(value),
    I64: () => BigInt64Array.of(BigInt(value)),
  }[dtype]();
  return { dtype, shape: [], data: new Uint8Array(bytes.buffer) };
}

/** Writes a file of tensors; returns its path. */
export async function writeTensors(
  folder: string,
  name: string,
  tensors: Readonly<Record<string, RawTensor>> | RawTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  const file = join(folder, name);
  const map = tensors instanceof Map ? tensors : new Map(Object.entries(tensors));
  await writeFile(file, encodeSafetensors(map, metadata));
  return file;
}

/** A small model's file with its keys changed: undefined leaves a tensor out. */
export async function changed(
  model: string,
  change: (key: string, tensor: RawTensor) => readonly (readonly [key: string, tensor: RawTensor])[],
): Promise<RawTensors> {
  const { tensors } = await readSafetensors(fixture(model));
  return new Map([...tensors].flatMap(([key, tensor]) => change(key, tensor)));
}
