import type { Tensor } from "aquatint/graph";
import { module } from "aquatint/nn";
import { tanh } from "aquatint/ops";
import type { GeneratorConfig } from "./config.ts";
import { ImageDecoder } from "./image-decoder.ts";

/** A generator (Goodfellow et al. 2014): vectors z [n, latent_size] and conditions to images in -1 .. 1. */
export function ConditionalGenerator(config: GeneratorConfig) {
  const decoder = ImageDecoder({
    latentSize: config.latent_size,
    conditionSize: config.condition_size,
    outChannels: config.out_channels,
    side: config.sample_size,
    widths: config.block_out_channels,
    layers: config.layers_per_block,
    groups: config.norm_num_groups,
  });
  const generator = module({ decoder }, (z: Tensor, condition: Tensor): Tensor => tanh(decoder(z, condition)));
  return Object.assign(generator, { config });
}
