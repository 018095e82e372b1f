import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePng, type PngImage } from "aquatint";
import { main } from "aquatint/cli";
import { expect } from "vitest";
import { capturedIo } from "../../../packages/aquatint/test/captured-io.ts";

/** The image that Node makes from the settings in a PNG file of the page. */
export async function nodeImage(png: Uint8Array): Promise<PngImage> {
  const cwd = await mkdtemp(join(tmpdir(), "studio-node-"));
  try {
    await writeFile(join(cwd, "page.png"), png);
    const { io, err } = capturedIo({ cwd });
    expect(await main(["generate", "--like", "page.png", "--out", "node.png", "--quiet"], io), err()).toBe(0);
    expect(err()).toBe("");
    return decodePng(await readFile(join(cwd, "node.png")));
  } finally {
    await rm(cwd, { recursive: true });
  }
}

/** The largest difference of two images of one size, as a share of the range. */
export function largestDifference(a: Pick<PngImage, "data">, b: Pick<PngImage, "data">): number {
  expect(a.data.length).toBe(b.data.length);
  return Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!))) / 255;
}
