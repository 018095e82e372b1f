import { float32, float32Data } from "../../graph/host-tensor.ts";
import type { HostTensor, Shape } from "../../graph/types.ts";
import { concatFloat32 } from "../../util/concat.ts";
import { lookup } from "../../util/items.ts";
import type { TextToImageNetwork } from "../network/network.ts";

type Decode = TextToImageNetwork["decode"];
type Encode = TextToImageNetwork["encodeImage"];

/** Options of `tiledNetwork`. */
export interface TiledNetworkOptions {
  /** Height and width of a tile, in cells of the latent; whole images if absent. */
  readonly tile?: number | undefined;
  /** Pixels along each side of a cell of the latent. */
  readonly factor: number;
}

/** The same network, decoding and encoding one image at a time, in tiles where a size of them is given. */
export function tiledNetwork(network: TextToImageNetwork, { tile, factor }: TiledNetworkOptions): TextToImageNetwork {
  const decode = tile === undefined ? network.decode : decodeInTiles(network.decode, { tile, factor });
  const { encodeImage } = network;
  return {
    ...network,
    decode: decodeSingly(decode),
    encodeImage: tile === undefined ? encodeImage : encodeInTiles(encodeImage, { tile, factor }),
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

/** Options of tiled decoding and encoding. */
export interface TilingOptions {
  /** Height and width of a tile, in places of the latent. */
  readonly tile: number;
  /** Pixels along each side for one place of the latent. */
  readonly factor: number;
  /** Share of a tile, 0 to below 1, that its neighbors share; 0.25, diffusers' choice, when absent. */
  readonly overlap?: number | undefined;
}

/** One image of a batch after the other, so that memory is that of one. */
export const decodeSingly =
  (decode: Decode): Decode =>
  async (x, options) => {
    const [n = 1, ...shape] = x.shape;
    if (n === 1) return decode(x, options);
    const size = x.data.length / n;
    const images: Float32Array[] = [];
    for (let i = 0; i < n; i++) {
      const data = float32Data(x).slice(i * size, (i + 1) * size);
      images.push(await decode(float32([1, ...shape], data), options));
    }
    return concatFloat32(images);
  };

/**
 * Decodes in overlapping tiles that are faded into each other, as diffusers' `AutoencoderKL.tiled_decode` does, so that
 * memory depends on the tile alone. Tiles are normalized each for itself: the image is a little different.
 */
export const decodeInTiles =
  (decode: Decode, { tile, factor, overlap }: TilingOptions): Decode =>
  async (x, options) =>
    isWithin(x, tile)
      ? decode(x, options)
      : inTiles(x.shape, { tile, overlap, scale: factor }, (region) => decode(cut(x, region), options));

/** Encodes in such tiles, as diffusers' `tiled_encode` does; each place of a latent has its noise in every tile. */
export const encodeInTiles =
  (encode: Encode, { tile, factor, overlap }: TilingOptions): Encode =>
  async (pixels, noise, options) =>
    isWithin(noise, tile)
      ? encode(pixels, noise, options)
      : inTiles(noise.shape, { tile, overlap, scale: 1 }, (region) =>
          encode(cut(pixels, region, factor), cut(noise, region), options),
        );

const isWithin = ({ shape }: HostTensor, tile: number): boolean => shape.slice(2).every((side) => side <= tile);

interface Tiling extends Pick<TilingOptions, "tile" | "overlap"> {
  /** Ratio of the result's sides to the latent's. */
  readonly scale: number;
}

/** The results of tiles of a latent, put together. */
async function inTiles(
  [n = 1, , height = 1, width = 1]: Shape,
  { tile, scale, overlap = 0.25 }: Tiling,
  run: (region: Cut) => Promise<Float32Array>,
): Promise<Float32Array> {
  const step = Math.max(1, Math.trunc(tile * (1 - overlap)));
  const blend = Math.trunc(tile * scale * overlap);
  const size = (top: number, left: number) => ({ h: Math.min(tile, height - top), w: Math.min(tile, width - left) });
  const regions = startsOf(height, step).flatMap((top) =>
    startsOf(width, step).map((left) => ({ top, left, ...size(top, left) })),
  );
  const tiles = new Map<string, Planes>();
  // equal sizes after each other: each is a program of its own
  for (const region of regions.toSorted((a, b) => b.h - a.h || b.w - a.w)) {
    tiles.set(`${region.top} ${region.left}`, { data: await run(region), h: region.h * scale, w: region.w * scale });
  }
  const first = lookup(tiles, "0 0");
  const channels = first.data.length / (n * first.h * first.w);
  const [h, w] = [height * scale, width * scale];
  const result: Planes = { data: new Float32Array(n * channels * h * w), h, w };
  for (const { top, left } of regions) {
    const current = lookup(tiles, `${top} ${left}`);
    const [above, before] = [tiles.get(`${top - step} ${left}`), tiles.get(`${top} ${left - step}`)];
    if (above) fade(current, above, { extent: blend, along: "y" });
    if (before) fade(current, before, { extent: blend, along: "x" });
    paste(result, current, { y: top * scale, x: left * scale, limit: tile * scale - blend });
  }
  return result.data;
}

const startsOf = (size: number, step: number): number[] =>
  Array.from({ length: Math.ceil(size / step) }, (_, i) => i * step);

/** Planes of pixels, one after the other. */
interface Planes {
  readonly data: Float32Array;
  readonly h: number;
  readonly w: number;
}

/** Places of a latent. */
interface Cut {
  readonly top: number;
  readonly left: number;
  readonly h: number;
  readonly w: number;
}

/** A tile of a tensor, so many of whose values along each side belong to a place. */
function cut(tensor: HostTensor, region: Cut, factor = 1): HostTensor {
  const data = float32Data(tensor);
  const [n, c, height, width] = tensor.shape as readonly [number, number, number, number];
  const [top, left, h, w] = [region.top * factor, region.left * factor, region.h * factor, region.w * factor];
  const part = new Float32Array(n * c * h * w);
  for (let row = 0; row < n * c * h; row++) {
    const from = (Math.floor(row / h) * height + top + (row % h)) * width + left;
    part.set(data.subarray(from, from + w), row * w);
  }
  return float32([n, c, h, w], part);
}

interface Fade {
  /** In pixels. */
  readonly extent: number;
  readonly along: "x" | "y";
}

/** The beginning of a tile goes over from the end of the one before it. */
function fade(current: Planes, before: Planes, { extent, along }: Fade): void {
  const size = along === "y" ? "h" : "w";
  const reach = Math.min(before[size], current[size], extent);
  const [h, w] = along === "y" ? [reach, Math.min(current.w, before.w)] : [Math.min(current.h, before.h), reach];
  const shift = along === "y" ? (before.h - reach) * before.w : before.w - reach;
  for (let plane = 0; plane < current.data.length / (current.h * current.w); plane++) {
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const at = (plane * current.h + y) * current.w + x;
        const share = (along === "y" ? y : x) / reach;
        const other = before.data[plane * before.h * before.w + y * before.w + x + shift]!;
        current.data[at] = other * (1 - share) + current.data[at]! * share;
      }
    }
  }
}

interface Paste {
  readonly y: number;
  readonly x: number;
  /** Pixels of a tile that are its own; the rest is its neighbors'. */
  readonly limit: number;
}

function paste(result: Planes, { data, h, w }: Planes, { y, x, limit }: Paste): void {
  const [rows, columns] = [Math.min(h, limit, result.h - y), Math.min(w, limit, result.w - x)];
  for (let plane = 0; plane < data.length / (h * w); plane++) {
    for (let row = 0; row < rows; row++) {
      const from = (plane * h + row) * w;
      result.data.set(data.subarray(from, from + columns), (plane * result.h + y + row) * result.w + x);
    }
  }
}
