import type { Tensor } from "../../graph/tensor.ts";
import { rearrange } from "../../nn/einops.ts";
import { Conv2d, GroupNorm, Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { silu } from "../../ops/activation.ts";
import { add, mul, scale } from "../../ops/elementwise.ts";
import { scalar } from "../../ops/leaves.ts";
import { split } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";

/** Options of group normalization. */
export interface NormOptions {
  readonly groups: number;
  readonly eps: number;
}

/** Options that differ between residual blocks. */
export interface ResnetOptions {
  readonly norm: NormOptions;
  /** Width of the time's vector; without one the block does not know the time, as in an autoencoder. */
  readonly timeChannels?: number | undefined;
  /** The time scales and shifts the second normalization (Dhariwal and Nichol 2021) instead of being added before it. */
  readonly timeScaleShift?: boolean;
  /** The sum with the shortcut is divided by this. */
  readonly outputScale?: number;
}

/** Two convolutions with a shortcut, told the time: x [b, inChannels, h, w], temb [b, timeChannels] to [b, outChannels, h, w]. */
export function ResnetBlock2D(
  inChannels: number,
  outChannels: number,
  { norm: { groups, eps }, timeChannels, timeScaleShift = false, outputScale = 1 }: ResnetOptions,
) {
  const norm1 = GroupNorm(groups, inChannels, { eps });
  const conv1 = Conv2d(inChannels, outChannels, 3);
  const time_emb_proj = timeChannels ? Linear(timeChannels, timeScaleShift ? 2 * outChannels : outChannels) : undefined;
  const norm2 = GroupNorm(groups, outChannels, { eps });
  const conv2 = Conv2d(outChannels, outChannels, 3);
  const conv_shortcut = inChannels === outChannels ? undefined : Conv2d(inChannels, outChannels, 1);
  const timed = timeScaleShift ? modulate : shift;

  return module({ norm1, conv1, time_emb_proj, norm2, conv2, conv_shortcut }, (x: Tensor, temb?: Tensor): Tensor => {
    const h = conv1(silu(norm1(x))); // [b, outChannels, h, w]
    const time = temb && time_emb_proj && rearrange(time_emb_proj(silu(temb)), "b c -> b c 1 1");
    const out = conv2(silu(time ? timed(h, time, norm2) : norm2(h)));
    return scale(add(conv_shortcut ? conv_shortcut(x) : x, out), 1 / outputScale);
  });
}

type Timed = (h: Tensor, time: Tensor, norm: (x: Tensor) => Tensor) => Tensor;
const shift: Timed = (h, time, norm) => norm(add(h, time));
const modulate: Timed = (h, time, norm) => {
  const c = itemAt(h.shape, 1);
  const [factor, offset] = split(time, { axis: 1, sizes: [c, c] }) as [Tensor, Tensor];
  return add(mul(norm(h), add(factor, scalar(1))), offset);
};
