/** How text-to-image calls diffusers' arguments. */
export const argumentNames: Readonly<Record<string, string>> = {
  prompt: "prompt",
  negative_prompt: "negative",
  width: "width",
  height: "height",
  guidance_scale: "guidance",
  guidance_rescale: "guidanceRescale",
  num_inference_steps: "steps",
  clip_skip: "clipSkip",
  strength: "strength",
  original_size: "originalSize",
  crops_coords_top_left: "cropTopLeft",
  target_size: "targetSize",
  aesthetic_score: "aestheticScore",
  negative_aesthetic_score: "negativeAestheticScore",
};

/** One image [3, h, w] in -1 .. 1 as [h, w, 3] in 0 .. 1. */
export function unitRows(chw: Float32Array): Float32Array {
  const plane = chw.length / 3;
  return chw.map((_, i) => Math.min(1, Math.max(0, chw[(i % 3) * plane + Math.floor(i / 3)]! / 2 + 0.5)));
}

/** The largest of |a - b|; Infinity where the lengths differ or one is NaN. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const worst = Array.from(expected, (b, i) => Math.abs(actual[i]! - b)).reduce((a, b) => Math.max(a, b), 0);
  return Number.isNaN(worst) ? Number.POSITIVE_INFINITY : worst;
}
