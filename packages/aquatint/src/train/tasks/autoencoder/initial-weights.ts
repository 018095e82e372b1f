import type { Tensor } from "../../../graph/tensor.ts";
import { type HostTensor, type Shape, sizeOf } from "../../../graph/types.ts";
import { type RandomStream, torchCpu } from "../../../math/random.ts";

/** Log of the variance that every posterior begins with: noise of 0.05 beside latents of about 1. */
const LOG_VARIANCE = -6;

/** Share of its usual size that what predicts the log of the variance begins with. */
const QUIET = 0.1;

/** Convolutions that no skip connection passes by. */
const ON_PATH = /(?:conv_in|conv_out|conv_shortcut|quant_conv|samplers\.0\.conv)\.weight$/;

/** Weights whose outputs vary as their inputs do: N(0, 1 / fan-in) (LeCun et al. 1998). */
function even(random: RandomStream, shape: Shape): Float32Array {
  const deviation = 1 / Math.sqrt(sizeOf(shape.slice(1)));
  return random.randn(sizeOf(shape)).map((value) => value * deviation);
}

/**
 * First weights, of [out, in, h, w] kernels and biases by AutoencoderKL's names, through which images keep their
 * differences down to the latents and back. PyTorch's usual ones shrink them by the root of 3 at each convolution and add
 * biases, so that latents hardly differ from image to image at first, and much less than their noise.
 */
export function evenWeights(parameters: ReadonlyMap<string, Tensor>, seed: number): Map<string, HostTensor> {
  const random = torchCpu(seed);
  const weights = new Map<string, HostTensor>();
  for (const [name, { shape }] of parameters) {
    const data = ON_PATH.test(name) ? even(random, shape) : undefined;
    if (data) weights.set(name, { dtype: "float32", shape, data });
    else if (/(?:^|\.)(?:conv\w*|quant_conv|post_quant_conv)\.bias$/.test(name)) {
      weights.set(name, { dtype: "float32", shape, data: new Float32Array(sizeOf(shape)) });
    }
  }
  narrowPosterior(weights);
  return weights;
}

/** The second half of `quant_conv` predicts the log of the variance. */
function narrowPosterior(weights: ReadonlyMap<string, HostTensor>): void {
  for (const [name, { data }] of weights) {
    if (!/(?:^|\.)quant_conv\./.test(name)) continue;
    const half = data.subarray(data.length / 2);
    if (name.endsWith("bias")) half.fill(LOG_VARIANCE);
    else half.set(half.map((value) => value * QUIET));
  }
}
