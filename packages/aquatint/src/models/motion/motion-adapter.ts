import { AquatintError } from "../../errors.ts";
import { module } from "../../nn/module.ts";
import type { MotionFactory, MotionPlan } from "../blocks/unet-blocks.ts";
import { eachBlock } from "../unet/cross-attention.ts";
import type { MotionAdapterConfig } from "./config.ts";
import { AnimateDiffTransformer3D } from "./motion-transformer.ts";

/** The motion modules that follow each residual block of a U-Net and its attention. */
export function motionPlan(config: MotionAdapterConfig): MotionPlan {
  const levels = config.block_out_channels.length;
  const heads = eachBlock(config.motion_num_attention_heads, levels);
  const depths = eachBlock<number | readonly number[]>(config.motion_transformer_layers_per_block, levels);
  const factory =
    (level: number, depth: number | readonly number[] | undefined): MotionFactory =>
    (channels, i) =>
      AnimateDiffTransformer3D(channels, {
        heads: heads[level] ?? 1,
        depth: (typeof depth === "object" ? depth[i] : depth) ?? 1,
        groups: config.motion_norm_num_groups,
        maxFrames: config.motion_max_seq_length,
      });
  const down = depths.map((depth, level) => factory(level, depth));
  return {
    down,
    mid: config.use_motion_mid_block ? factory(levels - 1, config.motion_transformer_layers_per_mid_block) : undefined,
    up: down.toReversed(),
  };
}

/** The layers of a U-Net that an adapter must fit. */
export interface MotionTarget {
  readonly block_out_channels: readonly number[];
  readonly layers_per_block: number | readonly number[];
}

/**
 * Refuses an adapter for a U-Net of other widths or other numbers of residual blocks.
 * @throws AquatintError "motion/shape".
 */
export function expectFits(adapter: MotionAdapterConfig, unet: MotionTarget): void {
  const say = ({ widths, layers }: { widths: readonly number[]; layers: readonly number[] }) =>
    `widths ${widths.join(", ")} and ${layers.join(", ")} layers a block`;
  const sizes = (widths: readonly number[], layers: number | readonly number[]) =>
    say({ widths, layers: eachBlock(layers, widths.length) });
  const actual = sizes(adapter.block_out_channels, adapter.motion_layers_per_block);
  const expected = sizes(unet.block_out_channels, unet.layers_per_block);
  if (actual === expected) return;
  throw new AquatintError("motion/shape", `the motion adapter has ${actual}, the U-Net ${expected}`, {
    hint: "use an adapter of the model's family: those of Stable Diffusion 1.x do not fit XL",
  });
}

/** The motion modules by themselves, under their published names: an AnimateDiff adapter (Guo et al. 2023). */
export function MotionAdapter(config: MotionAdapterConfig) {
  const { down, mid, up } = motionPlan(config);
  const layers = eachBlock(config.motion_layers_per_block, config.block_out_channels.length);
  const modules = (widths: readonly number[], make: readonly MotionFactory[], counts: readonly number[]) =>
    widths.map((channels, level) => ({
      motion_modules: Array.from({ length: counts[level] ?? 0 }, (_, i) => make[level]?.(channels, i)),
    }));
  const widths = config.block_out_channels;
  const parts = {
    down_blocks: modules(widths, down, layers).map((children) => module(children, () => undefined)),
    mid_block: mid && module({ motion_modules: [mid(widths.at(-1) ?? 1, 0)] }, () => undefined),
    up_blocks: modules(
      widths.toReversed(),
      up,
      layers.toReversed().map((n) => n + 1),
    ).map((children) => module(children, () => undefined)),
  };
  return module(parts, () => undefined);
}
