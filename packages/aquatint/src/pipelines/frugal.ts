import type { TextToImageNetwork } from "./network.ts";
import { decodeInTiles, decodeSingly } from "./tiled.ts";

/** How a network decodes with little memory: one picture at a time, in tiles where one is given. */
export interface FrugalDecode {
  /** Height and width of a tile, in places of the latent; whole pictures when absent. */
  readonly tile?: number | undefined;
  /** Pixels along each side for one place of the latent. */
  readonly factor: number;
}

/** The same network, decoding with the memory of one picture, or of one tile. */
export function frugalNetwork(network: TextToImageNetwork, { tile, factor }: FrugalDecode): TextToImageNetwork {
  const { decode } = network;
  const inTiles = tile === undefined ? decode : decodeInTiles(decode, { tile, factor });
  return { ...network, decode: decodeSingly(inTiles), [Symbol.asyncDispose]: () => network[Symbol.asyncDispose]() };
}
