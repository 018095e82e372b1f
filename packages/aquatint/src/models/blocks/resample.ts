import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { pad, slice } from "../../ops/shape.ts";

/** Halves an image with a strided convolution: [b, c, h, w] to [b, c, h/2, w/2]. Padding 0 means one row and column after, none before. */
export function Downsample2D(channels: number, { padding = 1 } = {}) {
  const conv = Conv2d(channels, channels, 3, { stride: 2, padding });
  const margin = { before: [0, 0, 0, 0], after: [0, 0, 1, 1] };
  return module({ conv }, (x: Tensor): Tensor => conv(padding === 0 ? pad(x, margin) : x));
}

/** Doubles an image and convolves it: [b, c, h, w] to [b, c, 2h, 2w], or to `size` where that was an odd size halved. */
export function Upsample2D(channels: number) {
  const conv = Conv2d(channels, channels, 3);
  return module({ conv }, (x: Tensor, size?: readonly [h: number, w: number]): Tensor => {
    const doubled = upsampleNearest(x, { factor: 2 });
    return conv(size ? crop(doubled, size) : doubled);
  });
}

/** The upper left `size` of an image: nearest-neighbor resizing to 2n - 1 is that to 2n without the last. */
const crop = (x: Tensor, size: readonly [number, number]): Tensor =>
  size.reduce((y, end, i) => (y.shape[2 + i] === end ? y : slice(y, { axis: 2 + i, start: 0, end })), x);
