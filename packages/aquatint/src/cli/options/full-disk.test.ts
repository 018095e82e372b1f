import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { checkFolder } from "./outputs.ts";

vi.mock("node:fs/promises", async (load) => {
  const original = await load<typeof import("node:fs/promises")>();
  return { ...original, writeFile: vi.fn(original.writeFile) };
});

/** A file is made on a full disk, but has no room for a byte. */
async function withoutRoom(path: unknown, data: unknown): Promise<void> {
  const { writeFile: write } = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
  await write(path as string, "");
  if ((data as Uint8Array).length > 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
}

test("a full disk is found before the work, and nothing is left there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aquatint-full-"));
  vi.mocked(writeFile).mockImplementationOnce(withoutRoom as typeof writeFile);
  await expect(checkFolder(folder, "")).rejects.toMatchObject({
    code: "cli/output",
    message: `cannot write into ${folder}: the disk is full`,
  });
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});
