import sharp from "sharp";
import { expect, test } from "vitest";
import { movingClip } from "../../../../test/moving-clip.ts";
import { imageTexts, withTexts } from "../../image/file-texts.ts";
import type { Image } from "../../image/image.ts";
import { animatedWebp } from "./animated-webp.ts";

const still = ({ data, width, height, channels }: Image, options: { lossless?: boolean; quality?: number }) =>
  sharp(data, { raw: { width, height, channels } }).webp(options).toBuffer();

test.each([
  ["lossless", { lossless: true }],
  ["lossy", { quality: 90 }],
])("%s stills become a clip whose frames are theirs, with texts", async (_, options) => {
  const { frames, fps } = movingClip({ fps: 15 });
  const [{ width, height }] = frames as readonly [Image];
  const files = await Promise.all(frames.map((frame) => still(frame, options)));
  const clip = animatedWebp({ files, width, height, fps, loops: 3 });
  const texts = { aquatint: "{}", parameters: "a toad" };
  const file = withTexts(clip, texts);
  expect(await imageTexts(file)).toMatchObject({ aquatint: "{}", UserComment: "a toad" });
  const image = sharp(file, { animated: true });
  const { pages, delay, loop, pageHeight } = await image.metadata();
  expect({ pages, loop, pageHeight }).toEqual({ pages: frames.length, loop: 3, pageHeight: height });
  expect(delay?.reduce((sum, time) => sum + time, 0)).toBe(Math.round((frames.length * 1000) / fps));
  const raw = async (input: Uint8Array, page: number) => [
    ...(await sharp(input, { page }).removeAlpha().raw().toBuffer()),
  ];
  for (const [i, frame] of files.entries()) expect(await raw(file, i)).toEqual(await raw(frame, 0));
});

test("a frame that is no still WebP is refused", () => {
  const png = new TextEncoder().encode("RIFF\x04\0\0\0WEBP");
  expect(() => animatedWebp({ files: [png], width: 1, height: 1, fps: 8 })).toThrow("without a still image");
});
