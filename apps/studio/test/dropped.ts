import { readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { decodePng } from "aquatint";
import { encodeSafetensors, parseSafetensors } from "aquatint/formats";
import type { Browser, Page } from "playwright";

/** A checkpoint of the project's tests, or an adapter. */
export const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../packages/aquatint/test/fixtures/conditioned/${path}`, import.meta.url));

/** Drops files and folders of the disk on the studio, as a person does. */
export async function drop(page: Page, ...files: readonly string[]): Promise<void> {
  await page.locator(".model-fields").first().waitFor({ state: "attached" });
  await dropFiles(page, ...files);
}

/** Drops files and folders of the disk on any page. */
export async function dropFiles(page: Page, ...files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 200, y: 400, data });
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

/** Waits until the page can draw. */
export const ready = (page: Page): Promise<void> =>
  page.locator(".status[data-status=ready], .status[data-status=slow]").waitFor();

/** Waits until the engine has opened what was chosen. */
export const settled = (page: Page): Promise<void> =>
  page.locator(".model-fields[data-opening=false]").first().waitFor({ state: "attached" });

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

const NAMES = new URL("../../../packages/aquatint/test/fixtures/checkpoints/names.json.gz", import.meta.url);

/** Bytes of a tensor that stands before the weights of a large file, which no network takes. */
const LARGE = 2 ** 31;

/**
 * A small model of Stable Diffusion 1.x in one original file, with CLIP's own vocabulary: tensors of published names and
 * shapes, filled with the same numbers as bench/peers/single_file.py.
 */
export function publishedSingleFile(form: PublishedForm = "tiny-sd1"): Uint8Array {
  return encodeSafetensors(new Map(publishedTensors(form)));
}

/** Writes that file behind 2 GB of another tensor, which takes no place on most disks. */
export async function writeLargeSingleFile(path: string): Promise<void> {
  const tensors = publishedTensors();
  let end = LARGE;
  const header: Record<string, unknown> = {
    unused: { dtype: "F32", shape: [LARGE / 4], data_offsets: [0, LARGE] },
  };
  for (const [key, { dtype, shape, data }] of tensors) {
    header[key] = { dtype, shape, data_offsets: [end, end + data.length] };
    end += data.length;
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(8 * Math.ceil(text.length / 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const file = await open(path, "w");
  await file.write(Buffer.concat([length, padded]), 0, 8 + padded.length, 0);
  const weights = Buffer.concat(tensors.map(([, { data }]) => data));
  await file.write(weights, 0, weights.length, 8 + padded.length + LARGE);
  await file.close();
}

type PublishedForm = "tiny-sd1" | "tiny-sd2" | "tiny-sdxl";

function publishedTensors(form: PublishedForm = "tiny-sd1") {
  const names = JSON.parse(gunzipSync(readFileSync(NAMES)).toString());
  const shapes: Readonly<Record<string, readonly [dtype: string, shape: readonly number[]]>> = names[form].tensors;
  const keys = Object.keys(shapes).filter((key) => shapes[key]?.[0].startsWith("F"));
  return keys.sort().map((key, seed) => {
    const shape = shapes[key]?.[1] ?? [];
    return [key, { dtype: "F32" as const, shape, data: new Uint8Array(valuesOf(key, shape, seed).buffer) }] as const;
  });
}

function valuesOf(key: string, shape: readonly number[], seed: number): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const inputs = size / (shape[0] ?? 1);
  const value = (i: number) => {
    const u = uniform(i, seed);
    return shape.length > 1 ? (u * 1.7) / Math.sqrt(inputs) : u * 0.1 + (key.endsWith("weight") ? 1 : 0);
  };
  return Float32Array.from({ length: size }, (_, i) => value(i));
}

/** A number in -1 .. 1: MurmurHash3's finalizer of the position and the seed. */
function uniform(i: number, seed: number): number {
  let h = (i + Math.imul(seed, 0x9e3779b9)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}

/** Follows the resident bytes of a browser's renderers, the page among them; `end` gives the most. Linux alone says them, else they are 0. */
export async function watchMemory(browser: Browser): Promise<{ readonly before: number; end(): Promise<number> }> {
  const before = await rendererBytes(browser);
  let isEnded = false;
  // one look after another, which take longer where the machine is busy
  const watch = async (): Promise<number> => {
    let peak = before;
    while (!isEnded) {
      peak = Math.max(peak, await rendererBytes(browser));
      await setTimeout(200);
    }
    return peak;
  };
  const watching = watch();
  return {
    before,
    end() {
      isEnded = true;
      return watching;
    },
  };
}

/** Resident bytes of the renderers of a browser. */
export async function rendererBytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
      return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
    });
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
}
