import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Executable } from "../../compiler/executable.ts";
import { headerLength, PREFIX_BYTES } from "../../formats/safetensors/header.ts";

/** Counts the ways of writing an entry: one of another way is no entry. */
const FORMAT = 2;

/** The key of a program's packed form, 32 hexadecimal digits that depend on graph, weights, processor and ONNX Runtime. */
export async function packedKey({ model, weightsFolder = "", weightFiles = [] }: Executable): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([FORMAT, engineVersion(), process.arch, await processor()]));
  hash.update(model);
  for (const file of weightFiles) hash.update(JSON.stringify(await fileMark(join(weightsFolder, file))));
  return hash.digest("hex").slice(0, 32);
}

const engineVersion = (): string => {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return version;
};

/** The processor's model and, where the system lists them, its features. */
async function processor(): Promise<string> {
  const info = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  return `${cpus()[0]?.model} ${/^(?:flags|Features)\s*:.*$/m.exec(info)?.[0] ?? ""}`;
}

/** A file's size, its time and the hash of its header. */
async function fileMark(path: string): Promise<readonly (string | number)[]> {
  const file = await open(path);
  try {
    const { size, mtimeMs } = await file.stat();
    const read = async (length: number) => (await file.read({ buffer: Buffer.alloc(length), position: 0 })).buffer;
    const length = headerLength(await read(PREFIX_BYTES + 1), size, { name: path });
    return [
      path,
      size,
      mtimeMs,
      createHash("sha256")
        .update(await read(PREFIX_BYTES + length))
        .digest("hex"),
    ];
  } finally {
    await file.close();
  }
}
