import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type Module, module } from "../../nn/module.ts";
import { concat } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";
import type { Frames, MotionModule } from "../motion/motion-transformer.ts";
import type { ImageAttention } from "./attention.ts";
import { Downsample2D, Upsample2D } from "./resample.ts";
import { ResnetBlock2D, type ResnetOptions } from "./resnet-block.ts";

/** Makes the attention that follows a block's i-th residual block of so many channels; undefined for a block without any. */
export type AttentionFactory = ((channels: number, i: number) => Module<ImageAttention>) | undefined;

/** Makes the motion module that mixes the frames of clips after a block's i-th residual block of so many channels; undefined for images. */
export type MotionFactory = ((channels: number, i: number) => Module<MotionModule>) | undefined;

/** The motion modules of each block of a U-Net. */
export interface MotionPlan {
  readonly down: readonly MotionFactory[];
  readonly mid: MotionFactory;
  /** In the order of the config's `up_block_types`. */
  readonly up: readonly MotionFactory[];
}

/** Options that the blocks of a U-Net or an autoencoder share. */
export interface BlockOptions {
  readonly resnet: ResnetOptions;
  readonly attention: AttentionFactory;
  readonly motion?: MotionFactory;
}
/** Inputs of each block besides its image. */
export interface Conditions {
  /** Absent where the blocks do not know the time, as in an autoencoder. */
  readonly temb?: Tensor | undefined;
  readonly context?: Tensor | undefined;
  /** Needed by blocks with motion modules. */
  readonly frames?: Frames | undefined;
}

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** Options of a block on the way down. */
export interface DownBlockOptions extends BlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly layers: number;
  /** The last block of the way down keeps its size. */
  readonly downsample: { readonly padding: number } | undefined;
}

/** Residual blocks, each with its attention, then half the size. Returns every image on the way; the last goes on. */
export function DownBlock({ inChannels, outChannels, layers, downsample, ...options }: DownBlockOptions) {
  const { resnet, attention, motion } = options;
  const resnets = range(layers).map((i) => ResnetBlock2D(i ? outChannels : inChannels, outChannels, resnet));
  const attentions = attention && resnets.map((_, i) => attention(outChannels, i));
  const motion_modules = motion && resnets.map((_, i) => motion(outChannels, i));
  const downsamplers = downsample && [Downsample2D(outChannels, downsample)];
  const children = { resnets, attentions, motion_modules, downsamplers };
  return module(children, (x: Tensor, { temb, context, frames }: Conditions): Tensor[] => {
    const passed: Tensor[] = [];
    let h = x;
    for (const [i, block] of resnets.entries()) {
      h = block(h, temb); // [b, outChannels, h, w]
      h = attentions?.[i]?.(h, context) ?? h;
      h = mixed(motion_modules?.[i], h, frames);
      passed.push(h);
    }
    return downsamplers ? [...passed, itemAt(downsamplers, 0)(h)] : passed;
  });
}

/** Options of the block in the middle. */
export interface MidBlockOptions extends BlockOptions {
  /** True if attention and a second residual block follow the first. */
  readonly paired?: boolean;
}

/** A residual block, then attention and another residual block: [b, channels, h, w]. */
export function MidBlock(channels: number, { resnet, attention, motion, paired = true }: MidBlockOptions) {
  const resnets = range(paired ? 2 : 1).map(() => ResnetBlock2D(channels, channels, resnet));
  const attentions = paired && attention ? [attention(channels, 0)] : undefined;
  const motion_modules = paired && motion ? [motion(channels, 0)] : undefined;
  const children = { resnets, attentions, motion_modules };
  return module(children, (x: Tensor, { temb, context, frames }: Conditions): Tensor => {
    const [first, second] = [itemAt(resnets, 0), resnets[1]];
    const h = first(x, temb);
    return second ? second(mixed(motion_modules?.[0], attentions?.[0]?.(h, context) ?? h, frames), temb) : h;
  });
}

/** An image x [n, c, h, w] as it is, or frames mixed by a motion module. */
function mixed(motion: MotionModule | undefined, x: Tensor, frames: Frames | undefined): Tensor {
  if (!motion) return x;
  return motion(x, frames ?? shapeError("a U-Net with motion modules needs the number of frames"));
}

/** Options of a block on the way up. */
export interface UpBlockOptions extends BlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Channels of the images from the way down, in the order they are joined, 0 for none: one residual block for each. */
  readonly skipChannels: readonly number[];
  /** The last block of the way up keeps its size. */
  readonly upsample: boolean;
}

/** Residual blocks, each joined with one image from the way down (`skips`, the deepest first) if there is one, then twice the size, or `size`. */
export function UpBlock({ inChannels, outChannels, skipChannels, upsample, ...options }: UpBlockOptions) {
  const { resnet, attention, motion } = options;
  const resnets = skipChannels.map((skip, i) =>
    ResnetBlock2D((i ? outChannels : inChannels) + skip, outChannels, resnet),
  );
  const attentions = attention && resnets.map((_, i) => attention(outChannels, i));
  const motion_modules = motion && resnets.map((_, i) => motion(outChannels, i));
  const upsamplers = upsample ? [Upsample2D(outChannels)] : undefined;
  type UpConditions = Conditions & { readonly size?: readonly [number, number] | undefined };
  const children = { resnets, attentions, motion_modules, upsamplers };
  return module(children, (x: Tensor, skips: readonly Tensor[], conditions: UpConditions): Tensor => {
    const { temb, context, frames, size } = conditions;
    let h = x;
    for (const [i, block] of resnets.entries()) {
      const skip = skips[i];
      h = block(skip ? concat([h, skip], { axis: 1 }) : h, temb); // [b, outChannels, h, w]
      h = attentions?.[i]?.(h, context) ?? h;
      h = mixed(motion_modules?.[i], h, frames);
    }
    return upsamplers ? itemAt(upsamplers, 0)(h, size) : h;
  });
}
