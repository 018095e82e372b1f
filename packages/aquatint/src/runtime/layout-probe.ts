// Apart from the models of probe.ts: the worker reads the answer, and has no use for what writes ONNX.

const CHANNELS = 16;
const PIXELS = 2;

/** The image of `layoutProbeModel`. */
export const layoutProbeShape: readonly number[] = [1, CHANNELS, 1, PIXELS];
/** Its values, all different. */
export const layoutProbeValues = (): Float32Array => Float32Array.from({ length: CHANNELS * PIXELS }, (_, i) => i);

/** The block of channels in the result of `layoutProbeModel`; undefined when it is no such order. */
export function channelBlockOf(values: ArrayLike<number>): number | undefined {
  const block = Array.from(values).indexOf(1);
  if (block < 2 || CHANNELS % block) return undefined;
  const expected = (i: number): number => {
    const [k, pixel, channel] = [Math.floor(i / (PIXELS * block)), Math.floor(i / block) % PIXELS, i % block];
    return (k * block + channel) * PIXELS + pixel;
  };
  return layoutProbeValues().every((i) => values[i] === expected(i)) ? block : undefined;
}
