import { concatBytes } from "../../../util/concat.ts";
import { withTexts } from "../../image/file-texts.ts";
import type { Image } from "../../image/image.ts";
import { importSharp } from "../../image/sharp.node.ts";
import { frameTimes } from "../clip.ts";
import { fileFormat } from "../file-format.node.ts";

const PURPOSE = "writing animated WebP";

/** Animated WebP by sharp; at quality 100 every pixel is kept. Equal frames in a row become one, for the time of all. */
export const webp = fileFormat({
  title: "WebP",
  extensions: [".webp"],
  quality: 90,
  maxFps: 90, // browsers slow down what is shorter than 11 ms
  maxLoops: 65535,
  maxSide: 16383,
  alpha: true,
  async check() {
    await importSharp(PURPOSE);
  },
  async encode({ frames, fps }, { quality, loops, texts }) {
    const sharp = await importSharp(PURPOSE);
    const [{ width, height, channels }] = frames as readonly [Image];
    const raw = { width, height: height * frames.length, channels, pageHeight: height };
    const image = sharp(concatBytes(frames.map(({ data }) => data)), { raw });
    const bytes = await image
      .webp({
        ...(quality === 100 ? { lossless: true } : { quality: quality ?? 90 }),
        loop: loops,
        delay: [...frameTimes(frames.length, fps, 1000)],
      })
      .toBuffer();
    return texts ? withTexts(bytes, texts) : bytes;
  },
});
