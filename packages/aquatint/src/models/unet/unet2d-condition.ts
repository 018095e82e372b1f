import type { Tensor } from "../../graph/tensor.ts";
import { module } from "../../nn/module.ts";
import type { MotionPlan } from "../blocks/unet-blocks.ts";
import type { Frames } from "../motion/motion-transformer.ts";
import { backbone, runBackbone } from "./backbone.ts";
import type { UNet2DConditionConfig } from "./condition-config.ts";
import { ascentPlan, descentPlan } from "./cross-attention.ts";
import { type AddedConditions, embed, embeddings } from "./embeddings.ts";
import type { Residuals } from "./residuals.ts";

/** Optional inputs of Stable Diffusion's U-Net besides the time and the prompt. */
export interface UNetConditions extends AddedConditions {
  /** Sums of the ControlNets' outputs. */
  readonly residuals?: Residuals;
  /** The frames of clips, for a U-Net with motion modules. */
  readonly frames?: Frames | undefined;
}

/**
 * Stable Diffusion's U-Net (Rombach et al. 2022; Podell et al. 2023): sample [b, in_channels, h, w], times t [b] and the
 * prompt's encoderHiddenStates [b, n, cross_attention_dim] to [b, out_channels, h, w]. With the `motion` modules of an
 * AnimateDiff adapter it is diffusers' `UNetMotionModel`: b is clips times frames, and a clip's frames may share a row of states.
 */
export function UNet2DConditionModel(config: UNet2DConditionConfig, motion?: MotionPlan) {
  const parts = backbone(config, { ...descentPlan(config), up: ascentPlan(config), motion });
  const { conv_in, ...rest } = parts;
  const vector = embeddings(config);
  type Forward = (sample: Tensor, t: Tensor, encoderHiddenStates: Tensor, conditions?: UNetConditions) => Tensor;
  const forward: Forward = (sample, t, encoderHiddenStates, { residuals, frames, ...conditions } = {}) => {
    const temb = embed(vector, config, t, conditions);
    return runBackbone(parts, config, sample, { temb, context: encoderHiddenStates, residuals, frames });
  };
  return module({ conv_in, ...vector, ...rest }, forward);
}
