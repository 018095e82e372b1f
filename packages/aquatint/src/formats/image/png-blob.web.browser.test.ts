import { expect, test } from "vitest";
import type { Image } from "./image.ts";
import { pngBlob } from "./png-blob.web.ts";
import { readImage } from "./read-image.web.ts";

const image = (channels: 3 | 4): Image => ({
  width: 5,
  height: 3,
  channels,
  data: Uint8Array.from({ length: 15 * channels }, (_, i) => (channels === 4 && i % 4 === 3 ? 255 : (i * 37) % 256)),
});

test.each([3, 4] as const)("an image of %d channels is written as it is", async (channels) => {
  const blob = await pngBlob(image(channels));
  expect(blob.type).toBe("image/png");
  const { width, height, data } = await readImage(blob);
  const rgb = Array.from(image(channels).data).filter((_, i) => channels === 3 || i % 4 < 3);
  expect({ width, height, data: [...data] }).toEqual({ width: 5, height: 3, data: rgb });
});

test("transparency stays", async () => {
  const clear: Image = { width: 2, height: 1, channels: 4, data: Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0) };
  expect([...(await readImage(await pngBlob(clear))).data]).toEqual([255, 0, 0, 255, 0, 0, 0, 0]);
});

test("sizes that are not its data's are refused", async () => {
  await expect(pngBlob({ ...image(3), width: 6 })).rejects.toMatchObject({ code: "image/size" });
});
