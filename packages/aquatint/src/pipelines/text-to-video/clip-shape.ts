/** Shape of what the U-Net denoises of a clip: [c, f, h, w]. */
export type ClipShape = readonly [channels: number, frames: number, height: number, width: number];

/** Frames [f, c, h, w] as a clip [c, f, h, w]. */
export function channelsFirst(
  values: Float32Array,
  [channels, frames, height, width]: ClipShape,
): Float32Array<ArrayBuffer> {
  const plane = height * width;
  const out = new Float32Array(values.length);
  for (let f = 0; f < frames; f++) {
    for (let c = 0; c < channels; c++) {
      const from = (f * channels + c) * plane;
      out.set(values.subarray(from, from + plane), (c * frames + f) * plane);
    }
  }
  return out;
}

/** Frame `f` of a clip [c, f, h, w]: [c, h, w]. */
export function frameOf(
  clip: Float32Array,
  f: number,
  [channels, frames, height, width]: ClipShape,
): Float32Array<ArrayBuffer> {
  const plane = height * width;
  const out = new Float32Array(channels * plane);
  for (let c = 0; c < channels; c++) {
    const from = (c * frames + f) * plane;
    out.set(clip.subarray(from, from + plane), c * plane);
  }
  return out;
}
