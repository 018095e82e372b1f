import { type Image, imageGrid, tensorToImages } from "../formats/image/image.ts";
import { importSharp } from "../formats/image/sharp.node.ts";
import { escapedMarkup } from "../formats/markup.ts";
import { itemAt } from "../util/items.ts";
import type { Dataset, StreamOptions } from "./dataset.ts";
import { expectImages } from "./expect-images.ts";

/** Options of a sheet. */
export interface SheetOptions extends StreamOptions {
  readonly count?: number;
  readonly columns?: number;
}

/** Each image is enlarged by a whole number until it is at least so wide. */
const WIDTH = 128;
const [GAP, LINE, LINES, LETTER] = [8, 12, 4, 5.6];

/** Samples of a dataset with their captions below, as a PNG. */
export async function contactSheet(
  dataset: Dataset,
  { count = dataset.clip ? 12 : 40, columns = dataset.clip ? 1 : 8, ...options }: SheetOptions,
): Promise<Uint8Array> {
  expectImages(dataset, "a sheet");
  const sharp = await importSharp("a sheet with captions");
  const { images, captions } = await dataset.stream(options).next(count);
  const cells = cellsOf(images, dataset);
  const { width, height } = itemAt(cells, 0);
  const scale = Math.max(1, Math.ceil(WIDTH / width));
  const cell = { width: scale * width + GAP, height: scale * height + GAP + LINES * LINE };
  const sheet = { width: columns * cell.width + GAP, height: Math.ceil(count / columns) * cell.height + GAP };
  const layers = cells.map(async ({ data }, i) => {
    const image = sharp(Buffer.from(data), { raw: { width, height, channels: 3 } });
    const input = await image
      .resize(scale * width, scale * height, { kernel: "nearest" })
      .png()
      .toBuffer();
    return { input, left: GAP + (i % columns) * cell.width, top: GAP + Math.floor(i / columns) * cell.height };
  });
  const placed = await Promise.all(layers);
  const texts = placed.map(({ left, top }, i) =>
    linesOf(itemAt(captions, i), (scale * width) / LETTER).map(
      (line, n) => `<text x="${left}" y="${top + scale * height + (n + 1) * LINE}">${escapedMarkup(line)}</text>`,
    ),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${sheet.width}" height="${sheet.height}"
    font-family="sans-serif" font-size="10" fill="#222">${texts.flat().join("")}</svg>`;
  const ground = sharp({ create: { ...sheet, channels: 3, background: "white" } });
  return ground
    .composite([...placed, { input: Buffer.from(svg), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** An image a sample; of a clip its frames side by side. */
function cellsOf(values: Float32Array, { size: [height, width], clip }: Dataset): readonly Image[] {
  const images = tensorToImages(values, { width, height });
  if (!clip) return images;
  const { frames } = clip;
  return Array.from({ length: images.length / frames }, (_, i) =>
    imageGrid(images.slice(i * frames, (i + 1) * frames), { columns: frames, gap: 0 }),
  );
}

/** At most as many lines as there is room for, broken at spaces; what does not fit ends in "…". */
function linesOf(caption: string, letters: number): readonly string[] {
  const lines: string[] = [];
  for (const word of caption.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= letters) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.length <= LINES ? lines : [...lines.slice(0, LINES - 1), `${lines[LINES - 1]} …`];
}
