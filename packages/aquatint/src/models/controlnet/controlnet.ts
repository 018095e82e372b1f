import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { add, mul, scale } from "../../ops/elementwise.ts";
import { mean } from "../../ops/reduce.ts";
import { concat, split } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";
import { descend, descent } from "../unet/backbone.ts";
import type { ControlNetConfig } from "../unet/condition-config.ts";
import { descentPlan } from "../unet/cross-attention.ts";
import { type AddedConditions, embed, embeddings } from "../unet/embeddings.ts";
import type { Residuals } from "../unet/residuals.ts";
import { ControlNetConditioningEmbedding } from "./conditioning.ts";

/** Strength of a ControlNet, and its inputs besides the time, the prompt and its image. */
export interface ControlNetConditions extends AddedConditions {
  /** Times this number, a tensor of one element so that it may change from run to run; 1 when absent. */
  readonly conditioningScale?: Tensor;
  /** The images on the way down count less the larger they are, from 0.1 to 1: for guidance without a prompt. */
  readonly guessMode?: boolean;
}

/**
 * A network that controls a U-Net by an image (Zhang et al. 2023): sample [b, in_channels, h, w], times t [b], the prompt's
 * encoderHiddenStates [b, n, cross_attention_dim] and controlnetCond [b, conditioning_channels, f h, f w] in 0 .. 1,
 * f = 2^(widths - 1) of the conditioning embedding, to what is added to the U-Net.
 */
export function ControlNetModel(config: ControlNetConfig) {
  const { conv_in, down_blocks, mid_block } = descent(config, descentPlan(config));
  const vector = embeddings(config);
  const channels = config.block_out_channels;
  const controlnet_cond_embedding = ControlNetConditioningEmbedding({
    inChannels: config.conditioning_channels,
    widths: config.conditioning_embedding_out_channels,
    outChannels: itemAt(channels, 0),
  });
  const controlnet_down_blocks = passedChannels(config).map(ZeroConv);
  const controlnet_mid_block = ZeroConv(itemAt(channels, -1));
  const before = { conv_in, ...vector, controlnet_cond_embedding };
  const children = { ...before, down_blocks, controlnet_down_blocks, controlnet_mid_block, mid_block };
  type Args = [sample: Tensor, t: Tensor, encoderHiddenStates: Tensor, controlnetCond: Tensor];
  const forward = (
    ...[sample, t, context, image, options = {}]: [...Args, options?: ControlNetConditions]
  ): Residuals => {
    const { conditioningScale, guessMode = false, ...conditions } = options;
    const hint = controlnet_cond_embedding(inOrder(image, config));
    const x = conv_in(sample);
    expectSize(x, hint);
    const temb = embed(vector, config, t, conditions);
    const { skips, middle } = descend({ down_blocks, mid_block }, add(x, hint), { temb, context });
    const weigh = weighing(config, { count: skips.length, conditioningScale, guessMode });
    const down = skips.map((skip, i) => weigh(itemAt(controlnet_down_blocks, i)(skip), i));
    return { down, mid: weigh(controlnet_mid_block(middle), skips.length) };
  };
  return module(children, forward);
}

interface Weighing {
  /** Images on the way down. */
  readonly count: number;
  readonly conditioningScale: Tensor | undefined;
  readonly guessMode: boolean;
}
/** Weight of the i-th image that is added to the U-Net; the middle's is the last. */
const weighing =
  ({ global_pool_conditions: pooled }: ControlNetConfig, { count, conditioningScale, guessMode }: Weighing) =>
  (y: Tensor, i: number): Tensor => {
    const faded = guessMode && !pooled ? scale(y, 10 ** (i / count - 1)) : y;
    const scaled = conditioningScale ? mul(faded, conditioningScale) : faded;
    return pooled ? mean(scaled, { axes: [2, 3], keepDims: true }) : scaled;
  };

/** A convolution of one pixel that starts as nothing, so that an untrained ControlNet changes nothing. */
const ZeroConv = (channels: number) => Conv2d(channels, channels, 1, { init: "zeros" });

/** Channels of each image on the way down, the first convolution's among them. */
function passedChannels({ block_out_channels: channels, layers_per_block }: ControlNetConfig): readonly number[] {
  const each = channels.flatMap((width, i) => {
    const images = layers_per_block + (i === channels.length - 1 ? 0 : 1);
    return Array.from({ length: images }, () => width);
  });
  return [itemAt(channels, 0), ...each];
}

/** The image in the order of colors that the network was trained on. */
function inOrder(image: Tensor, { controlnet_conditioning_channel_order: order }: ControlNetConfig): Tensor {
  if (order === "rgb") return image;
  const planes = split(image, { axis: 1, sizes: Array.from({ length: itemAt(image.shape, 1) }, () => 1) });
  return concat([...planes].reverse(), { axis: 1 });
}

function expectSize(x: Tensor, hint: Tensor): void {
  const [h, w] = x.shape.slice(2);
  if (hint.shape[2] === h && hint.shape[3] === w) return;
  shapeError(
    `the control image stands for a latent of ${hint.shape[2]} x ${hint.shape[3]}, the sample is ${h} x ${w}`,
    "give the control image the size of the image that is made",
  );
}
