import type { TextToImageNetwork } from "../network/network.ts";
import { decodeInTiles, decodeSingly, encodeInTiles, type TilingOptions } from "./tiling.ts";

/** How a network decodes and encodes with little memory: one picture at a time, in tiles where one is given. */
export interface FrugalCoding {
  /** Height and width of a tile, in places of the latent; whole pictures when absent. */
  readonly tile?: number | undefined;
  /** Pixels along each side for one place of the latent. */
  readonly factor: number;
}

/** The same network, decoding and encoding with the memory of one picture, or of one tile. */
export function frugalNetwork(network: TextToImageNetwork, { tile, factor }: FrugalCoding): TextToImageNetwork {
  const { decode, encodePicture } = tile === undefined ? network : inTiles(network, { tile, factor });
  return {
    ...network,
    decode: decodeSingly(decode),
    encodePicture,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

const inTiles = ({ decode, encodePicture }: TextToImageNetwork, tiling: TilingOptions) => ({
  decode: decodeInTiles(decode, tiling),
  encodePicture: encodeInTiles(encodePicture, tiling),
});
