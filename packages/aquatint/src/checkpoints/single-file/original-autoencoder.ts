import { countOf, upTo } from "../../util/numbered.ts";
import type { Rename, Renames } from "./rename.ts";

const ends = (side: string): readonly Rename[] => [
  [`${side}.conv_in`, `${side}.conv_in`],
  [`${side}.norm_out`, `${side}.conv_norm_out`],
  [`${side}.conv_out`, `${side}.conv_out`],
  ...resnet(`${side}.mid.block_1`, `${side}.mid_block.resnets.0`),
  ...resnet(`${side}.mid.block_2`, `${side}.mid_block.resnets.1`),
  [`${side}.mid.attn_1.norm`, `${side}.mid_block.attentions.0.group_norm`],
  [`${side}.mid.attn_1.q`, `${side}.mid_block.attentions.0.to_q`],
  [`${side}.mid.attn_1.k`, `${side}.mid_block.attentions.0.to_k`],
  [`${side}.mid.attn_1.v`, `${side}.mid_block.attentions.0.to_v`],
  [`${side}.mid.attn_1.proj_out`, `${side}.mid_block.attentions.0.to_out.0`],
];

function resnet(original: string, current: string): readonly Rename[] {
  const same: readonly Rename[] = ["norm1", "conv1", "norm2", "conv2"].map((part) => [
    `${original}.${part}`,
    `${current}.${part}`,
  ]);
  return [...same, [`${original}.nin_shortcut`, `${current}.conv_shortcut`]];
}

/** The original names of an autoencoder's modules, without "first_stage_model."; the decoder's levels count from the largest. */
export function autoencoderRenames(keys: readonly string[]): Renames {
  const levels = countOf(keys, /^encoder\.down\.(\d+)\./);
  const layers = countOf(keys, /^encoder\.down\.0\.block\.(\d+)\./);
  const table: Rename[] = [
    ["quant_conv", "quant_conv"],
    ["post_quant_conv", "post_quant_conv"],
  ];
  table.push(...ends("encoder"), ...ends("decoder"));
  for (const level of upTo(levels)) {
    const [down, up] = [`encoder.down_blocks.${level}`, `decoder.up_blocks.${levels - 1 - level}`];
    for (const layer of upTo(layers))
      table.push(...resnet(`encoder.down.${level}.block.${layer}`, `${down}.resnets.${layer}`));
    for (const layer of upTo(layers + 1))
      table.push(...resnet(`decoder.up.${level}.block.${layer}`, `${up}.resnets.${layer}`));
    table.push([`encoder.down.${level}.downsample.conv`, `${down}.downsamplers.0.conv`]);
    table.push([`decoder.up.${level}.upsample.conv`, `${up}.upsamplers.0.conv`]);
  }
  return new Map(table);
}
