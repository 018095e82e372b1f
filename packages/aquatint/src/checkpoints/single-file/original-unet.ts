import { countOf, upTo } from "../../util/numbered.ts";
import type { Rename, Renames } from "./rename.ts";

/** Levels of a U-Net, and residual blocks on the way down in each. */
export interface UNetDepth {
  readonly levels: number;
  readonly layers: number;
}

/** The depth of a U-Net by its original keys: blocks of all levels are counted on, with one to halve between two levels. */
export function originalDepth(keys: readonly string[]): UNetDepth {
  const blocks = countOf(keys, /^input_blocks\.(\d+)\./) - 1;
  const levels = 1 + keys.filter((key) => /^input_blocks\.\d+\.0\.op\.weight$/.test(key)).length;
  return { levels, layers: Math.max(0, Math.floor((blocks - (levels - 1)) / levels)) };
}

const resnet = (original: string, current: string): readonly Rename[] => [
  [`${original}.in_layers.0`, `${current}.norm1`],
  [`${original}.in_layers.2`, `${current}.conv1`],
  [`${original}.emb_layers.1`, `${current}.time_emb_proj`],
  [`${original}.out_layers.0`, `${current}.norm2`],
  [`${original}.out_layers.3`, `${current}.conv2`],
  [`${original}.skip_connection`, `${current}.conv_shortcut`],
];

const heads: readonly Rename[] = [
  ["time_embed.0", "time_embedding.linear_1"],
  ["time_embed.2", "time_embedding.linear_2"],
  ["time_embed.cond_proj", "time_embedding.cond_proj"],
  ["label_emb.0.0", "add_embedding.linear_1"],
  ["label_emb.0.2", "add_embedding.linear_2"],
  ["input_blocks.0.0", "conv_in"],
  ["out.0", "conv_norm_out"],
  ["out.2", "conv_out"],
];

function wayDown({ levels, layers }: UNetDepth): Rename[] {
  const table: Rename[] = [];
  let i = 1;
  for (const level of upTo(levels)) {
    for (const layer of upTo(layers)) {
      table.push(...resnet(`input_blocks.${i}.0`, `down_blocks.${level}.resnets.${layer}`));
      table.push([`input_blocks.${i++}.1`, `down_blocks.${level}.attentions.${layer}`]);
    }
    if (level < levels - 1) table.push([`input_blocks.${i++}.0.op`, `down_blocks.${level}.downsamplers.0.conv`]);
  }
  return table;
}

const middle: readonly Rename[] = [
  ...resnet("middle_block.0", "mid_block.resnets.0"),
  ["middle_block.1", "mid_block.attentions.0"],
  ...resnet("middle_block.2", "mid_block.resnets.1"),
];

function wayUp({ levels, layers }: UNetDepth): Rename[] {
  const table: Rename[] = [];
  let i = 0;
  for (const level of upTo(levels)) {
    for (const layer of upTo(layers + 1)) {
      table.push(...resnet(`output_blocks.${i}.0`, `up_blocks.${level}.resnets.${layer}`));
      table.push([`output_blocks.${i}.1`, `up_blocks.${level}.attentions.${layer}`]);
      // the upsampler comes after the attention, where there is one
      for (const slot of layer === layers && level < levels - 1 ? [1, 2] : []) {
        table.push([`output_blocks.${i}.${slot}.conv`, `up_blocks.${level}.upsamplers.0.conv`]);
      }
      i++;
    }
  }
  return table;
}

/** The original names of a U-Net's modules (CompVis, Stability), without "model.diffusion_model.". */
export const unetRenames = (depth: UNetDepth): Renames =>
  new Map([...heads, ...wayDown(depth), ...middle, ...wayUp(depth)]);

/** The original names of a ControlNet's modules, without "control_model.". */
export function controlNetRenames(depth: UNetDepth): Renames {
  const outputs = depth.levels * (depth.layers + 1);
  const hints = upTo(6).map((i): Rename => [`input_hint_block.${2 * i + 2}`, `controlnet_cond_embedding.blocks.${i}`]);
  return new Map([
    ...heads.filter(([original]) => !original.startsWith("out.")),
    ...wayDown(depth),
    ...middle,
    ...upTo(outputs).map((i): Rename => [`zero_convs.${i}.0`, `controlnet_down_blocks.${i}`]),
    ["middle_block_out.0", "controlnet_mid_block"],
    ["input_hint_block.0", "controlnet_cond_embedding.conv_in"],
    ...hints,
    ["input_hint_block.14", "controlnet_cond_embedding.conv_out"],
  ]);
}
