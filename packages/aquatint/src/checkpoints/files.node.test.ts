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
