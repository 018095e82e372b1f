import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dims, rearrange } from "../../nn/einops.ts";
import { Conv2d, GroupNorm, LayerNorm, Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { gelu } from "../../ops/activation.ts";
import { add, mul } from "../../ops/elementwise.ts";
import { split } from "../../ops/shape.ts";
import { Attention } from "./attention.ts";

/** Half of a linear layer's output times GELU of the other half (Shazeer 2020): [..., inFeatures] to [..., outFeatures]. */
function GEGLU(inFeatures: number, outFeatures: number) {
  const proj = Linear(inFeatures, 2 * outFeatures);
  return module({ proj }, (x: Tensor): Tensor => {
    const [h, gate] = split(proj(x), { axis: -1, sizes: [outFeatures, outFeatures] }) as [Tensor, Tensor];
    return mul(h, gelu(gate));
  });
}

/** Two layers, four times as wide inside: [..., width]. */
export function FeedForward(width: number) {
  const geglu = GEGLU(width, 4 * width);
  const linear = Linear(4 * width, width);
  return module({ net: [geglu, undefined, linear] }, (x: Tensor): Tensor => linear(geglu(x)));
}

/** Options of a transformer block. */
export interface TransformerOptions {
  readonly heads: number;
  /** Width of the context's tokens. */
  readonly contextWidth: number;
  /** The first attention, too, is to the context instead of among the places, as in Stable Diffusion's upscaler. */
  readonly onlyContext?: boolean;
}

/** Self-attention, attention to the context and a feed-forward layer, each normalized before and added: [b, n, width]. */
export function BasicTransformerBlock(width: number, { heads, contextWidth, onlyContext = false }: TransformerOptions) {
  const norm1 = LayerNorm(width);
  const attn1 = Attention(width, onlyContext ? { heads, contextWidth } : { heads });
  const norm2 = LayerNorm(width);
  const attn2 = Attention(width, { heads, contextWidth });
  const norm3 = LayerNorm(width);
  const ff = FeedForward(width);
  return module({ norm1, attn1, norm2, attn2, norm3, ff }, (x: Tensor, context: Tensor): Tensor => {
    const attended = add(attn1(norm1(x), onlyContext ? context : undefined), x);
    const conditioned = add(attn2(norm2(attended), context), attended);
    return add(ff(norm3(conditioned)), conditioned);
  });
}

/** Options of a transformer over the places of an image. */
export interface Transformer2DOptions extends TransformerOptions {
  readonly groups: number;
  /** Number of transformer blocks. */
  readonly depth: number;
  /** Project the places in and out by linear layers (SD 2.x, SDXL) instead of 1x1 convolutions (SD 1.x). */
  readonly linear: boolean;
}

/** Transformer blocks over the places of an image [b, channels, h, w], told a context [b, m, contextWidth], added to the image. */
export function Transformer2DModel(channels: number, { groups, depth, linear, ...options }: Transformer2DOptions) {
  const norm = GroupNorm(groups, channels, { eps: 1e-6 });
  const project = () => (linear ? Linear(channels, channels) : Conv2d(channels, channels, 1));
  const [proj_in, proj_out] = [project(), project()];
  const transformer_blocks = Array.from({ length: depth }, () => BasicTransformerBlock(channels, options));
  return module({ norm, proj_in, transformer_blocks, proj_out }, (x: Tensor, context?: Tensor): Tensor => {
    if (!context) shapeError("attention to a context needs one: [b, tokens, width]");
    const { h } = dims(x, "b c h w");
    const toPlaces = (y: Tensor) => rearrange(y, "b c h w -> b (h w) c");
    const toImage = (y: Tensor) => rearrange(y, "b (h w) c -> b c h w", { h });
    const positions = linear ? proj_in(toPlaces(norm(x))) : toPlaces(proj_in(norm(x)));
    const mixed = transformer_blocks.reduce((y, block) => block(y, context), positions);
    return add(linear ? toImage(proj_out(mixed)) : proj_out(toImage(mixed)), x);
  });
}
