import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dims, rearrange } from "../../nn/einops.ts";
import { GroupNorm, LayerNorm, Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { add } from "../../ops/elementwise.ts";
import { embedding, indexSelect } from "../../ops/gather.ts";
import { constant, param } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { reshape, slice } from "../../ops/shape.ts";
import { Attention } from "../blocks/attention.ts";
import { FeedForward } from "../blocks/transformer.ts";
import { type FrameWindows, windowTensors } from "./frame-windows.ts";

/** The frames of a batch of clips. */
export interface Frames {
  /** Frames of each clip; a batch [clips * count, c, h, w] holds each clip's frames one after another. */
  readonly count: number;
  /** Windows of frames that are looked at together; all frames at once when absent. */
  readonly windows?: FrameWindows | undefined;
  /** The positions of the frames in their clips, int32 [clips, count], 0 .. maxFrames - 1; 0, 1, ... when absent. */
  readonly positions?: Tensor | undefined;
}

/** Options of a motion module. */
export interface MotionOptions {
  readonly heads: number;
  readonly groups: number;
  /** Number of transformer blocks. */
  readonly depth: number;
  /** Frames that have a position: the most that are looked at together. */
  readonly maxFrames: number;
}

/** Adds to each of n tokens [b, n, width] the embedding of its position. */
function SinusoidalPositionalEmbedding(width: number, maxFrames: number) {
  const pe = param({ shape: [1, maxFrames, width], init: { values: positionTable(maxFrames, width) } });
  return module({ pe }, (x: Tensor, framePositions?: Tensor): Tensor => {
    const { n } = dims(x, "b n c");
    if (n > maxFrames) {
      shapeError(
        `${n} frames, and the motion modules know ${maxFrames} positions`,
        "ask for fewer frames, or look at them in windows",
      );
    }
    if (!framePositions) return add(x, slice(pe, { axis: 1, start: 0, end: n }));
    return addToClips(x, embedding(reshape(pe, { shape: [maxFrames, width] }), framePositions));
  });
}

/** Adds the embeddings of each clip's frames [clips, n, width] to its tokens x [clips * h * w, n, width]. */
function addToClips(x: Tensor, embeddings: Tensor): Tensor {
  const { clips, n, width } = dims(embeddings, "clips n width");
  const y = add(reshape(x, { shape: [clips, -1, n, width] }), reshape(embeddings, { shape: [clips, 1, n, width] }));
  return reshape(y, { shape: x.shape });
}

/** Sines and cosines of falling frequencies, in turn (Vaswani et al. 2017): [1, count, width]. */
function positionTable(count: number, width: number): Float32Array {
  const pe = new Float32Array(count * width);
  return pe.map((_, k) => {
    const [i, j] = [Math.floor(k / width), k % width];
    const angle = i * Math.exp((-Math.log(10000) * (j - (j % 2))) / width);
    return j % 2 ? Math.cos(angle) : Math.sin(angle);
  });
}

/** Self-attention twice and a feed-forward layer over the frames of each place: [places, frames, width]. */
function TemporalTransformerBlock(width: number, { heads, maxFrames }: MotionOptions) {
  const norm1 = LayerNorm(width);
  const attn1 = Attention(width, { heads });
  const norm2 = LayerNorm(width);
  const attn2 = Attention(width, { heads });
  const norm3 = LayerNorm(width);
  const ff = FeedForward(width);
  const pos_embed = SinusoidalPositionalEmbedding(width, maxFrames);
  const attend = (x: Tensor, framePositions?: Tensor): Tensor => {
    const h = add(attn1(pos_embed(norm1(x), framePositions)), x);
    return add(attn2(pos_embed(norm2(h), framePositions)), h);
  };
  const children = { norm1, attn1, norm2, attn2, norm3, ff, pos_embed };
  return module(children, (x: Tensor, { windows, positions: framePositions }: Omit<Frames, "count">): Tensor => {
    const h = windows ? inWindows(attend, x, windows) : attend(x, framePositions);
    return add(ff(norm3(h)), h);
  });
}

/** `attend` in each window of the frames of x [places, frames, width], and the weighted mean where windows overlap. */
function inWindows(attend: (x: Tensor) => Tensor, x: Tensor, windows: FrameWindows): Tensor {
  const { frames: count } = dims(x, "places frames width");
  const { frames, mean } = windowTensors(count, windows);
  const selected = indexSelect(x, constant({ value: frames }), { axis: 1 });
  const { length } = windows;
  const k = frames.data.length / length;
  const h = attend(rearrange(selected, "p (k n) c -> (p k) n c", { k, n: length }));
  return matmul(constant({ value: mean }), rearrange(h, "(p k) n c -> p (k n) c", { k }));
}

/** A motion module: mixes the frames [clips * count, channels, h, w] of clips, place by place. */
export type MotionModule = (x: Tensor, frames: Frames) => Tensor;

/**
 * Attention over the frames of each place, added to x [clips * count, channels, h, w]: AnimateDiff's motion module (Guo et al.
 * 2023), in the names of diffusers' `AnimateDiffTransformer3D`.
 */
export function AnimateDiffTransformer3D(channels: number, options: MotionOptions) {
  const norm = GroupNorm(options.groups, channels, { eps: 1e-6 });
  const [proj_in, proj_out] = [Linear(channels, channels), Linear(channels, channels)];
  const transformer_blocks = Array.from({ length: options.depth }, () => TemporalTransformerBlock(channels, options));
  return module({ norm, proj_in, transformer_blocks, proj_out }, (x: Tensor, { count, ...frames }: Frames): Tensor => {
    const { h, w } = dims(x, "n c h w");
    const clips = norm(rearrange(x, "(b f) c h w -> b c (f h) w", { f: count }));
    const projection = proj_in(rearrange(clips, "b c fh w -> b (fh w) c"));
    const tokens = rearrange(projection, "b (f p) c -> (b p) f c", { f: count });
    const mixed = transformer_blocks.reduce((y, block) => block(y, frames), tokens);
    const mixedFrames = proj_out(rearrange(mixed, "(b p) f c -> (b f) p c", { p: h * w }));
    return add(rearrange(mixedFrames, "n (h w) c -> n c h w", { h }), x);
  });
}
