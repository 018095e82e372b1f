import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AquatintError } from "../../errors.ts";
import { readImage } from "./read-image.node.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "aquatint-image-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const plain = sharp({ create: { width: 16, height: 16, channels: 3, background: "#336699" } });
const encoded = {
  jpeg: () => plain.clone().jpeg().toBuffer(),
  webp: () => plain.clone().webp({ lossless: true }).toBuffer(),
};

const codeOf = (path: string): Promise<string> =>
  readImage(path).then(
    () => "read",
    (error: unknown) => {
      if (error instanceof AquatintError) return error.code;
      throw error;
    },
  );

test.each(["jpeg", "webp"] as const)(
  "%s: whole it is read; mutated or cut it is read or refused with a typed error",
  async (format) => {
    const bytes = await encoded[format]();
    const path = join(dir, `mutated.${format}`);
    await writeFile(path, bytes);
    expect(await readImage(path)).toMatchObject({ width: 16, height: 16 });
    const codes = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const changed = Buffer.from(bytes.subarray(0, i % 3 === 0 ? (bytes.length * (i + 1)) >> 6 : bytes.length));
      if (changed.length > 0) changed[(i * 37) % changed.length] = (i * 101) & 255;
      await writeFile(path, changed);
      codes.add(await codeOf(path));
    }
    expect([...codes].filter((code) => code !== "read" && !code.startsWith("image/"))).toEqual([]);
    expect(codes).toContain("image/unknown");
  },
);

test("a JPEG that claims 65500 x 65500 pixels is refused before it is unpacked", async () => {
  const bytes = await encoded.jpeg();
  const frame = bytes.findIndex((byte, i) => byte === 0xff && (bytes[i + 1] === 0xc0 || bytes[i + 1] === 0xc2));
  bytes.writeUInt16BE(65500, frame + 5);
  bytes.writeUInt16BE(65500, frame + 7);
  const path = join(dir, "bomb.jpg");
  await writeFile(path, bytes);
  expect(await codeOf(path)).toBe("image/too-large");
});

test("a file beyond the budget of bytes is refused unread", async () => {
  const path = join(dir, "huge.png");
  const file = await open(path, "w");
  await file.truncate(1e12).catch(() => file.truncate(3e8));
  await file.close();
  expect(await codeOf(path)).toBe("image/too-large");
});
