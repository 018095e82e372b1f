import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d, type Layer } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { gelu, mish, relu, silu } from "../../ops/activation.ts";
import { add, clamp, scale, sub, tanh } from "../../ops/elementwise.ts";
import { scalar } from "../../ops/leaves.ts";
import { upsampleNearest } from "../../ops/resize.ts";
import { itemAt } from "../../util/items.ts";
import type { AutoencoderTinyConfig } from "./config.ts";

type Activation = (x: Tensor) => Tensor;
const activations: Readonly<Record<AutoencoderTinyConfig["act_fn"], Activation>> = {
  relu,
  silu,
  swish: silu,
  mish,
  gelu: (x) => gelu(x),
};

/** Three convolutions with a shortcut: [b, channels, h, w]. */
function AutoencoderTinyBlock(channels: number, act: Activation) {
  const layer = () => Conv2d(channels, channels, 3);
  const [first, second, third] = [layer(), layer(), layer()];
  const conv = [first, undefined, second, undefined, third];
  return module({ conv }, (x: Tensor): Tensor => relu(add(third(act(second(act(first(x))))), x)));
}

/** A step of a chain: a layer under the next number, or a function that takes a number and has no weights. */
type Step = { readonly layer: Layer } | { readonly fn: Activation };

/** Steps one after another under the numbers that PyTorch's Sequential gives them. */
function chain(steps: readonly Step[]) {
  const layers = steps.map((step) => ("layer" in step ? step.layer : undefined));
  const run = (x: Tensor): Tensor => steps.reduce((y, step) => ("layer" in step ? step.layer(y) : step.fn(y)), x);
  return { layers, run };
}

/** Images [b, in_channels, H, W] in -1 .. 1 to latents [b, latent_channels, H / f, W / f]. */
function EncoderTiny(config: AutoencoderTinyConfig) {
  const { in_channels, latent_channels, encoder_block_out_channels: channels, num_encoder_blocks: blocks } = config;
  const act = activations[config.act_fn];
  const steps = channels.flatMap((width, i): Step[] => [
    { layer: i ? Conv2d(width, width, 3, { stride: 2, bias: false }) : Conv2d(in_channels, width, 3) },
    ...Array.from({ length: itemAt(blocks, i) }, () => ({ layer: AutoencoderTinyBlock(width, act) })),
  ]);
  const { layers, run } = chain([...steps, { layer: Conv2d(itemAt(channels, -1), latent_channels, 3) }]);
  return module({ layers }, (image: Tensor): Tensor => run(scale(add(image, scalar(1)), 0.5)));
}

/** Latents [b, latent_channels, h, w] to images [b, out_channels, f h, f w] in -1 .. 1. */
function DecoderTiny(config: AutoencoderTinyConfig) {
  const { out_channels, latent_channels, decoder_block_out_channels: channels, num_decoder_blocks: blocks } = config;
  const act = activations[config.act_fn];
  const larger: Step = { fn: (x) => upsampleNearest(x, { factor: config.upsampling_scaling_factor }) };
  const last = channels.length - 1;
  const steps = channels.flatMap((width, i): Step[] => [
    ...Array.from({ length: itemAt(blocks, i) }, () => ({ layer: AutoencoderTinyBlock(width, act) })),
    ...(i < last ? [larger] : []),
    { layer: i < last ? Conv2d(width, width, 3, { bias: false }) : Conv2d(width, out_channels, 3) },
  ]);
  const { layers, run } = chain([{ layer: Conv2d(latent_channels, itemAt(channels, 0), 3) }, { fn: act }, ...steps]);
  return module({ layers }, (z: Tensor): Tensor => {
    const bounded = scale(tanh(scale(z, 1 / 3)), 3);
    return sub(scale(run(bounded), 2), scalar(1));
  });
}

/** Latents as numbers in 0 .. 1, as they are stored in an image of bytes. */
export const latentsToUnit = (
  z: Tensor,
  { latent_magnitude, latent_shift }: Pick<AutoencoderTinyConfig, "latent_magnitude" | "latent_shift">,
): Tensor => clamp(add(scale(z, 1 / (2 * latent_magnitude)), scalar(latent_shift)), { min: 0, max: 1 });

/**
 * A distilled autoencoder a few per cent of the size of Stable Diffusion's, for previews (TAESD, Bohan 2023). `encode`:
 * images [b, in_channels, H, W] in -1 .. 1 to latents as the U-Net wants them; `decode`: latents to images. Called as
 * a function it gives the reconstruction.
 */
export function AutoencoderTiny(config: AutoencoderTinyConfig) {
  const [encode, decode] = [EncoderTiny(config), DecoderTiny(config)];
  const network = module({ encoder: encode, decoder: decode }, (image: Tensor): Tensor => decode(encode(image)));
  return Object.assign(network, { config, encode, decode });
}
