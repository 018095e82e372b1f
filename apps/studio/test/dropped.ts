import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { decodePng } from "aquatint";
import { encodeSafetensors, parseSafetensors, type RawTensors } from "aquatint/formats";
import type { Page } from "playwright";

/** A checkpoint of the project's tests, or an adapter. */
export const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../packages/aquatint/test/fixtures/conditioned/${path}`, import.meta.url));

/** Drops files and folders of the disk on the page, as a person does. */
export async function drop(page: Page, ...files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 400, y: 400, data });
  }
  await session.detach();
}

/** Drops a model and draws with it from now on. */
export async function useModel(page: Page, path: string): Promise<void> {
  await drop(page, path);
  await page.getByRole("button", { name: "Use this model" }).click();
  await page.getByRole("button", { name: "Use this model" }).waitFor({ state: "detached" });
  await settled(page);
}

/** Waits until the engine has opened what was chosen. */
export const settled = (page: Page): Promise<void> =>
  page.locator(".model-fields[data-opening=false]").first().waitFor();

/** diffusers' images in 0 .. 1 by the names of their runs, as RGB. */
export async function referenceImage(name: string): Promise<Float32Array> {
  const bytes = await readFile(fixture("pipelines.safetensors"));
  const tensor = parseSafetensors(new Uint8Array(bytes)).tensors.get(`${name}/image`);
  if (!tensor) throw new Error(`there is no image of ${name}`);
  return new Float32Array(tensor.data.slice().buffer);
}

/** Largest difference of a PNG's colors from values in 0 .. 1. */
export function differenceFrom(png: Uint8Array, expected: ArrayLike<number>): number {
  const { data, channels, width, height } = decodePng(png);
  if (width * height * 3 !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      const difference = Math.abs((data[channels * i + c] ?? 0) / 255 - (expected[3 * i + c] ?? 0));
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}

const TOKENS = 49_408;
const EMBEDDING = "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight";

/**
 * The tiny model of Stable Diffusion 1.x in one file, with CLIP's own number of tokens: token i takes the row i % n of
 * its n embeddings, as bench/peers/single_file.py does.
 */
export async function publishedSingleFile(): Promise<Uint8Array> {
  const { tensors } = parseSafetensors(new Uint8Array(await readFile(fixture("sd.safetensors"))));
  const widened = new Map<string, RawTensors extends ReadonlyMap<string, infer T> ? T : never>(tensors);
  const small = tensors.get(EMBEDDING);
  const [rows = 0, width = 0] = small?.shape ?? [];
  if (!small) throw new Error(`the single file has no ${EMBEDDING}`);
  const row = small.data.length / rows;
  const data = new Uint8Array(TOKENS * row);
  for (let i = 0; i < TOKENS; i++) data.set(small.data.subarray((i % rows) * row, ((i % rows) + 1) * row), i * row);
  widened.set(EMBEDDING, { dtype: small.dtype, shape: [TOKENS, width], data });
  return encodeSafetensors(widened);
}
