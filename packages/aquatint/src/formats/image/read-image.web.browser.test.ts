import { expect, test } from "vitest";
import { joinChunks, readChunks } from "../png/chunks.ts";
import { encodePng } from "../png/png.ts";
import { jpegWithExif } from "./jpeg.ts";
import { upright } from "./orientation.ts";
import { readImage } from "./read-image.web.ts";

const TURNED = 6;
/** An EXIF block with nothing but an orientation. */
function exifOf(orientation: number): Uint8Array {
  const block = new DataView(new ArrayBuffer(26));
  block.setUint32(0, 0x4d4d002a);
  block.setUint32(4, 8);
  block.setUint16(8, 1);
  for (const [at, value] of [
    [10, 274],
    [12, 3],
    [18, orientation],
  ] as const)
    block.setUint16(at, value);
  block.setUint32(14, 1);
  return new Uint8Array(block.buffer);
}
/** Red above blue, 16 x 32. */
const red = { width: 16, height: 32, channels: 3 as const, data: new Uint8Array(3 * 16 * 32) };
for (let i = 0; i < red.data.length; i += 3) red.data[i + (i < red.data.length / 2 ? 0 : 2)] = 255;

async function jpegOf(): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(16, 32);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#f00";
  context.fillRect(0, 0, 16, 16);
  context.fillStyle = "#00f";
  context.fillRect(0, 16, 16, 16);
  return new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 1 })).arrayBuffer());
}
const blob = (bytes: Uint8Array): Blob => new Blob([Uint8Array.from(bytes)]);

test("a turned PNG is read upright, to the bit", async () => {
  const [header, ...rest] = readChunks(encodePng(red));
  const file = joinChunks([header!, { type: "eXIf", data: exifOf(TURNED) }, ...rest]);
  expect(await readImage(blob(file))).toEqual({ ...upright(red, TURNED), notes: [] });
});

test("a turned JPEG is read upright by the browser", async () => {
  const image = await readImage(blob(jpegWithExif(await jpegOf(), exifOf(TURNED))));
  expect(image).toMatchObject({ width: 32, height: 16, channels: 3 });
  const at = (x: number) => Array.from(image.data.subarray(3 * x, 3 * x + 3), (v) => Math.round(v / 255));
  expect([at(2), at(29)]).toEqual([
    [0, 0, 1],
    [1, 0, 0],
  ]);
});

test("what is no image is refused by name", async () => {
  await expect(readImage(blob(new TextEncoder().encode("<html>404</html>")))).rejects.toThrow(/an HTML page/);
  await expect(readImage(blob((await jpegOf()).subarray(0, 60)))).rejects.toThrow(/cannot be read as a JPEG image/);
});
