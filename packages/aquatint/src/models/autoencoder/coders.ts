import type { Tensor } from "../../graph/tensor.ts";
import { Conv2d, GroupNorm } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { silu } from "../../ops/activation.ts";
import { itemAt } from "../../util/items.ts";
import { AttentionBlock } from "../blocks/attention.ts";
import { type AttentionFactory, DownBlock, MidBlock, UpBlock } from "../blocks/unet-blocks.ts";
import type { AutoencoderConfig } from "./config.ts";

const attends = {
  DownEncoderBlock2D: false,
  AttnDownEncoderBlock2D: true,
  UpDecoderBlock2D: false,
  AttnUpDecoderBlock2D: true,
};

/** Options that both halves share: no time, one head, the eps of the published weights. */
function common({ norm_num_groups: groups, mid_block_add_attention, block_out_channels }: AutoencoderConfig) {
  const norm = { groups, eps: 1e-6 };
  const attention: AttentionFactory = (channels) => AttentionBlock(channels, { heads: 1, norm });
  const resnet = { norm };
  const mid = MidBlock(itemAt(block_out_channels, -1), {
    resnet,
    attention: mid_block_add_attention ? attention : undefined,
  });
  return { norm, resnet, attention, mid };
}

/** Images [b, in_channels, H, W] to the moments of their latents [b, 2 latent_channels, H / f, W / f]. */
export function Encoder(config: AutoencoderConfig) {
  const { in_channels, block_out_channels: channels, latent_channels, layers_per_block: layers } = config;
  const { norm, resnet, attention, mid: mid_block } = common(config);
  const last = channels.length - 1;
  const conv_in = Conv2d(in_channels, itemAt(channels, 0), 3);
  const down_blocks = channels.map((outChannels, i) =>
    DownBlock({
      inChannels: itemAt(channels, Math.max(i - 1, 0)),
      outChannels,
      layers,
      downsample: i === last ? undefined : { padding: 0 },
      resnet,
      attention: attends[itemAt(config.down_block_types, i)] ? attention : undefined,
    }),
  );
  const conv_norm_out = GroupNorm(norm.groups, itemAt(channels, last), norm);
  const conv_out = Conv2d(itemAt(channels, last), 2 * latent_channels, 3);
  return module({ conv_in, down_blocks, mid_block, conv_norm_out, conv_out }, (image: Tensor): Tensor => {
    const h = down_blocks.reduce((x, block) => itemAt(block(x, {}), -1), conv_in(image)); // [b, channels.at(-1), h, w]
    return conv_out(silu(conv_norm_out(mid_block(h, {}))));
  });
}

/** Latents [b, latent_channels, h, w] to images [b, out_channels, f h, f w]. */
export function Decoder(config: AutoencoderConfig) {
  const { out_channels, latent_channels, layers_per_block } = config;
  const { norm, resnet, attention, mid: mid_block } = common(config);
  const channels = config.block_out_channels.toReversed();
  const last = channels.length - 1;
  const conv_in = Conv2d(latent_channels, itemAt(channels, 0), 3);
  const up_blocks = channels.map((outChannels, i) =>
    UpBlock({
      inChannels: itemAt(channels, Math.max(i - 1, 0)),
      outChannels,
      skipChannels: Array.from({ length: layers_per_block + 1 }, () => 0),
      upsample: i < last,
      resnet,
      attention: attends[itemAt(config.up_block_types, i)] ? attention : undefined,
    }),
  );
  const conv_norm_out = GroupNorm(norm.groups, itemAt(channels, last), norm);
  const conv_out = Conv2d(itemAt(channels, last), out_channels, 3);
  return module({ conv_in, mid_block, up_blocks, conv_norm_out, conv_out }, (z: Tensor): Tensor => {
    const h = up_blocks.reduce((x, block) => block(x, [], {}), mid_block(conv_in(z), {})); // [b, channels.at(-1), H, W]
    return conv_out(silu(conv_norm_out(h)));
  });
}
