import type { Tensor } from "../../graph/tensor.ts";
import { type Module, module } from "../../nn/module.ts";
import { concat } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";
import type { ImageAttention } from "./attention.ts";
import { Downsample2D, Upsample2D } from "./resample.ts";
import { ResnetBlock2D, type ResnetOptions } from "./resnet-block.ts";

/** Makes the attention that follows a block's i-th residual block of so many channels; undefined for a block without any. */
export type AttentionFactory = ((channels: number, i: number) => Module<ImageAttention>) | undefined;

/** Options that the blocks of a U-Net or an autoencoder share. */
export interface BlockOptions {
  readonly resnet: ResnetOptions;
  readonly attention: AttentionFactory;
}
/** Inputs of each block besides its image. */
export interface Conditions {
  /** Absent where the blocks do not know the time, as in an autoencoder. */
  readonly temb?: Tensor | undefined;
  readonly context?: Tensor | undefined;
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
export function DownBlock({ inChannels, outChannels, layers, downsample, resnet, attention }: DownBlockOptions) {
  const resnets = range(layers).map((i) => ResnetBlock2D(i ? outChannels : inChannels, outChannels, resnet));
  const attentions = attention && resnets.map((_, i) => attention(outChannels, i));
  const downsamplers = downsample && [Downsample2D(outChannels, downsample)];
  return module({ resnets, attentions, downsamplers }, (x: Tensor, { temb, context }: Conditions): Tensor[] => {
    const passed: Tensor[] = [];
    let h = x;
    for (const [i, block] of resnets.entries()) {
      h = block(h, temb); // [b, outChannels, h, w]
      h = attentions ? itemAt(attentions, i)(h, context) : h;
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
export function MidBlock(channels: number, { resnet, attention, paired = true }: MidBlockOptions) {
  const resnets = range(paired ? 2 : 1).map(() => ResnetBlock2D(channels, channels, resnet));
  const attentions = paired && attention ? [attention(channels, 0)] : undefined;
  return module({ resnets, attentions }, (x: Tensor, { temb, context }: Conditions): Tensor => {
    const [first, second] = [itemAt(resnets, 0), resnets[1]];
    const h = first(x, temb);
    return second ? second(attentions ? itemAt(attentions, 0)(h, context) : h, temb) : h;
  });
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
export function UpBlock({ inChannels, outChannels, skipChannels, upsample, resnet, attention }: UpBlockOptions) {
  const resnets = skipChannels.map((skip, i) =>
    ResnetBlock2D((i ? outChannels : inChannels) + skip, outChannels, resnet),
  );
  const attentions = attention && resnets.map((_, i) => attention(outChannels, i));
  const upsamplers = upsample ? [Upsample2D(outChannels)] : undefined;
  type UpConditions = Conditions & { readonly size?: readonly [number, number] | undefined };
  const children = { resnets, attentions, upsamplers };
  return module(children, (x: Tensor, skips: readonly Tensor[], { temb, context, size }: UpConditions): Tensor => {
    let h = x;
    for (const [i, block] of resnets.entries()) {
      const skip = skips[i];
      h = block(skip ? concat([h, skip], { axis: 1 }) : h, temb); // [b, outChannels, h, w]
      h = attentions ? itemAt(attentions, i)(h, context) : h;
    }
    return upsamplers ? itemAt(upsamplers, 0)(h, size) : h;
  });
}
