import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "../../packages/aquatint/src/graph/tensor.ts";
import { sizeOf } from "../../packages/aquatint/src/graph/types.ts";
import { torchCpu } from "../../packages/aquatint/src/math/random.ts";
import { parameters } from "../../packages/aquatint/src/nn/module.ts";
import { type Part, parts } from "./parts.ts";

const BLOCK = 1 << 20;
/** An odd number, so that no two of a million weights begin at the same place of the block. */
const STRIDE = 104_729;

/** The folder of a part, config.json and weights in diffusers' layout, made when it is not there yet. */
export function folderOf(name: string): string {
  const folder = join(tmpdir(), "aquatint-full-size-2", name);
  const part = parts[name]!;
  if (existsSync(join(folder, part.file))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(part.config));
  const unfinished = join(folder, `${part.file}.part`);
  writeWeights(unfinished, part);
  renameSync(unfinished, join(folder, part.file));
  return folder;
}

/**
 * Random weights of the size that PyTorch begins with, each a multiple of one block of numbers from a place of its own: some programs
 * keep equal constants once.
 */
function writeWeights(path: string, part: Part): void {
  const names = parameters(part.create().module as Parameters<typeof parameters>[0]);
  const uniform = torchCpu(0)
    .rand(BLOCK)
    .map((v) => 2 * v - 1);
  const file = openSync(path, "w");
  writeSync(file, headerOf(names));
  for (const [i, [name, { shape }]] of [...names].entries()) {
    const count = sizeOf(shape);
    const [offset, size] = rangeOf(name, shape);
    const start = (i * STRIDE) % BLOCK;
    const block = Float32Array.from(
      { length: Math.min(count, BLOCK) },
      (_, at) => offset + size * uniform[(start + at) % BLOCK]!,
    );
    for (let at = 0; at < count; at += BLOCK) {
      const some = block.subarray(0, Math.min(BLOCK, count - at));
      writeSync(file, new Uint8Array(some.buffer, some.byteOffset, some.byteLength));
    }
  }
  closeSync(file);
}

function rangeOf(name: string, shape: readonly number[]): readonly [offset: number, size: number] {
  if (shape.length > 1) return [0, 1 / Math.sqrt(sizeOf(shape.slice(1)))];
  return [name.includes("norm") && name.endsWith("weight") ? 1 : 0, 0.02];
}

function headerOf(names: ReadonlyMap<string, Tensor>): Uint8Array {
  let at = 0;
  const entries = Array.from(names, ([name, { shape }]) => {
    const begin = at;
    at += 4 * sizeOf(shape);
    return [name, { dtype: "F32", shape, data_offsets: [begin, at] }] as const;
  });
  const json = JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const head = new Uint8Array(8 + text.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(text.length), true);
  head.set(text, 8);
  return head;
}
