import type { Image } from "./image.ts";

/** Change from stored pixels to upright ones: rows and columns change places first, then each may be reversed. */
interface Turn {
  readonly transposed: boolean;
  readonly reversedColumns: boolean;
  readonly reversedRows: boolean;
}

const turn = (transposed: boolean, reversedColumns: boolean, reversedRows: boolean): Turn => ({
  transposed,
  reversedColumns,
  reversedRows,
});

/** By the value of EXIF's Orientation (CIPA DC-008, 4.6.4): where row 0 and column 0 of the stored image are to be. */
const turns: Readonly<Record<number, Turn>> = {
  2: turn(false, true, false),
  3: turn(false, true, true),
  4: turn(false, false, true),
  5: turn(true, false, false),
  6: turn(true, true, false),
  7: turn(true, true, true),
  8: turn(true, false, true),
};

/** An image turned as the value 1 .. 8 of EXIF's Orientation says; as it is for 1 and for values that do not exist. */
export function upright(image: Image, orientation: number): Image {
  const way = turns[orientation];
  if (!way) return image;
  const { channels, data } = image;
  const [width, height] = way.transposed ? [image.height, image.width] : [image.width, image.height];
  const rotated = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const v = way.reversedRows ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const u = way.reversedColumns ? width - 1 - x : x;
      let from = channels * (way.transposed ? u * image.width + v : v * image.width + u);
      for (let c = 0; c < channels; c++) rotated[to++] = data[from++]!;
    }
  }
  return { width, height, channels, data: rotated };
}
