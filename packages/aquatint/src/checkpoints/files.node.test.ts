import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diskFiles } from "./files.node.ts";

test("a range is read where handles are not disposable, as those of yarn's file system", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-disk-"));
  const path = join(folder, "model.bin");
  await writeFile(path, "0123456789");
  const handle = await open(path);
  const prototype = Object.getPrototypeOf(handle);
  const dispose = Object.getOwnPropertyDescriptor(prototype, Symbol.asyncDispose);
  await handle.close();
  try {
    if (dispose) delete prototype[Symbol.asyncDispose];
    const files = await diskFiles(folder);
    const bytes = await files.read("model.bin", { offset: 3, length: 4 });
    expect(new TextDecoder().decode(bytes)).toBe("3456");
  } finally {
    if (dispose) Object.defineProperty(prototype, Symbol.asyncDispose, dispose);
    await rm(folder, { recursive: true });
  }
});

test("a range that ends behind the file takes no more memory than the file's bytes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-disk-"));
  try {
    await writeFile(join(folder, "model.bin"), "0123456789");
    const files = await diskFiles(folder);
    const tail = await files.read("model.bin", { offset: 6, length: 2 ** 30 });
    expect(new TextDecoder().decode(tail)).toBe("6789");
    expect(tail.buffer.byteLength).toBe(4);
    expect(await files.read("model.bin", { offset: 20, length: 5 })).toHaveLength(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
