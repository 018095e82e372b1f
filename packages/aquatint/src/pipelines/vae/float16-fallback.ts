import type { TextToImageNetwork } from "../network/network.ts";

type Decode = TextToImageNetwork["decode"];

/** A decode in half precision overflowed, and everything is decoded in float32 from here on. */
export interface RetryEvent {
  readonly type: "retry";
  readonly part: "vae";
  readonly from: "float16";
  readonly to: "float32";
  /** Values of the decoded image that were NaN or infinite, of how many. */
  readonly nonFinite: number;
  readonly of: number;
}

/**
 * Decodes in half precision while that is finite: the first result that is not is decoded again in float32, as is all
 * that follows, and `retried` is told. Published autoencoders of SDXL overflow so, to a black image.
 */
export function decodeInHalf(half: Decode, full: Decode, retried: (event: RetryEvent) => void): Decode {
  let decode = half;
  return async (x, options) => {
    const data = await decode(x, options);
    const nonFinite = data.reduce((n, value) => (Number.isFinite(value) ? n : n + 1), 0);
    if (nonFinite === 0 || decode === full) return data;
    decode = full;
    retried({ type: "retry", part: "vae", from: "float16", to: "float32", nonFinite, of: data.length });
    return full(x, options);
  };
}
