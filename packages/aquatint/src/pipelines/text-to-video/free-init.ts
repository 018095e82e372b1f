import { AquatintError } from "../../errors.ts";
import { fourier3d, type Shape3d } from "../../math/fourier.ts";
import { addScaled } from "../../math/vector.ts";

/** Filters of FreeInit by the squared distance from the slowest motion, 0 .. 3: the share that is kept of it. */
export const freeInitFilters = {
  butterworth: (d, stop) => 1 / (1 + (d / stop ** 2) ** 4),
  gaussian: (d, stop) => Math.exp(-d / (2 * stop ** 2)),
  ideal: (d, stop) => (d <= stop * 2 ? 1 : 0),
} as const satisfies Readonly<Record<string, (d: number, stop: number) => number>>;

/** Options of FreeInit. */
export interface FreeInitOptions {
  /** Times that the clip is denoised, 2 or more; 3 if absent. */
  readonly iterations?: number | undefined;
  /** "butterworth" if absent. */
  readonly filter?: keyof typeof freeInitFilters | undefined;
  /** Share of the frequencies of places that is kept, above 0 .. 1; 0.25 if absent. */
  readonly spatialStop?: number | undefined;
  /** Share of the frequencies of time that is kept, above 0 .. 1; 0.25 if absent. */
  readonly temporalStop?: number | undefined;
}

/** FreeInit's options that have been checked. */
export type FreeInit = Required<{ [K in keyof FreeInitOptions]: NonNullable<FreeInitOptions[K]> }>;

/** FreeInit's options with their defaults. @throws AquatintError "video/free-init". */
export function checkedFreeInit(options: FreeInitOptions): FreeInit {
  const { iterations = 3, filter = "butterworth", spatialStop = 0.25, temporalStop = 0.25 } = options;
  const refuse = (message: string, hint: string) => new AquatintError("video/free-init", message, { hint });
  if (!Number.isInteger(iterations) || iterations < 2 || iterations > 20) {
    throw refuse(`expected 2 to 20 iterations of FreeInit, got ${iterations}`, "3 to 5 are usual");
  }
  for (const stop of [spatialStop, temporalStop]) {
    if (!(stop > 0 && stop <= 1))
      throw refuse(`expected a stop frequency above 0 and at most 1, got ${stop}`, "0.25 is usual");
  }
  return { iterations, filter, spatialStop, temporalStop };
}

/** Mixes clips of c channels: the slow frequencies of `low` [c, f, h, w] and the quick ones of `high`. */
export function mixedFrequencies(
  low: Float32Array,
  high: Float32Array,
  { shape, freeInit }: { readonly shape: Shape3d; readonly freeInit: FreeInit },
): Float32Array {
  const { filter, spatialStop, temporalStop } = freeInit;
  const [frames, height, width] = shape;
  const size = frames * height * width;
  const gains = new Float64Array(size);
  const distance = (k: number, n: number) => (2 * ((k + Math.floor(n / 2)) % n)) / n - 1;
  for (let i = 0; i < size; i++) {
    const [t, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const time = (spatialStop / temporalStop) * distance(t, frames);
    gains[i] = freeInitFilters[filter](time ** 2 + distance(y, height) ** 2 + distance(x, width) ** 2, spatialStop);
  }
  const out = high.slice();
  for (let start = 0; start < out.length; start += size) {
    const re = Float64Array.from({ length: size }, (_, i) => (low[start + i] ?? 0) - (high[start + i] ?? 0));
    const spectrum = fourier3d({ re, im: new Float64Array(size) }, shape, "forward");
    const filtered = {
      re: spectrum.re.map((v, i) => v * (gains[i] ?? 0)),
      im: spectrum.im.map((v, i) => v * (gains[i] ?? 0)),
    };
    const back = fourier3d(filtered, shape, "inverse").re;
    addScaled(out.subarray(start, start + size), 1, back);
  }
  return out;
}
