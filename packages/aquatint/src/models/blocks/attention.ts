import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dims, rearrange } from "../../nn/einops.ts";
import { GroupNorm, type Layer, Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { scaledDotProductAttention } from "../../ops/attention.ts";
import { add, scale } from "../../ops/elementwise.ts";
import { reshape } from "../../ops/shape.ts";
import { sizeAt } from "../../ops/shape-rules.ts";
import type { NormOptions } from "./resnet-block.ts";

/** Options that differ between the attention layers of published models. */
export interface AttentionOptions {
  readonly heads: number;
  /** Width of what is attended to; the tokens' own when absent. */
  readonly contextWidth?: number;
  /** True if queries, keys and values have a bias; the output always has. */
  readonly bias?: boolean;
}

interface Projections {
  readonly to_q: Layer;
  readonly to_k: Layer;
  readonly to_v: Layer;
  readonly to_out: readonly [Layer, undefined];
}

const projections = (width: number, { contextWidth = width, bias = false }: AttentionOptions): Projections => ({
  to_q: Linear(width, width, { bias }),
  to_k: Linear(contextWidth, width, { bias }),
  to_v: Linear(contextWidth, width, { bias }),
  to_out: [Linear(width, width), undefined],
});

/** Multi-head attention of x [b, n, c] to context [b, m, d]: [b, n, c]. */
function attend({ to_q, to_k, to_v, to_out }: Projections, x: Tensor, context: Tensor, heads: number): Tensor {
  const splitHeads = (y: Tensor) => rearrange(y, "b n (h d) -> b h n d", { h: heads });
  const mixed = scaledDotProductAttention(splitHeads(to_q(x)), splitHeads(to_k(context)), splitHeads(to_v(context)));
  return to_out[0](rearrange(mixed, "b h n d -> b n (h d)"));
}

/**
 * Attention of tokens [b, n, width] to a context [b, m, contextWidth], to themselves without one. k rows after one another share a
 * row of a context [b / k, m, contextWidth], as the frames of a clip do: its keys and values are computed once.
 */
export function Attention(width: number, options: AttentionOptions) {
  const parts = projections(width, options);
  return module({ ...parts }, (x: Tensor, context: Tensor = x): Tensor => {
    const [rows, shared] = [sizeAt(x.shape, 0), sizeAt(context.shape, 0)];
    if (rows % shared) shapeError(`${rows} rows of tokens for ${shared} of a context`);
    const tokens = reshape(x, { shape: [shared, -1, width] });
    return reshape(attend(parts, tokens, context, options.heads), { shape: x.shape });
  });
}

/** Attention between the places of an image [b, c, h, w] and to a context. */
export type ImageAttention = (x: Tensor, context?: Tensor) => Tensor;

/** Options that differ between attention blocks over images. */
export interface AttentionBlockOptions {
  readonly heads: number;
  /** No normalization when absent. */
  readonly norm: NormOptions | undefined;
  /** The sum with the shortcut is divided by this. */
  readonly outputScale?: number;
}

/** Attention among the places of an image [b, channels, h, w], added to it. */
export function AttentionBlock(channels: number, { heads, norm, outputScale = 1 }: AttentionBlockOptions) {
  const group_norm = norm ? GroupNorm(norm.groups, channels, norm) : undefined;
  const parts = projections(channels, { heads, bias: true });
  return module({ group_norm, ...parts }, (x: Tensor): Tensor => {
    const { h } = dims(x, "b c h w");
    const positions = rearrange(group_norm ? group_norm(x) : x, "b c h w -> b (h w) c");
    const mixed = attend(parts, positions, positions, heads);
    return scale(add(rearrange(mixed, "b (h w) c -> b c h w", { h }), x), 1 / outputScale);
  });
}
