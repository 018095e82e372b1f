import type { Tensor } from "../../../graph/tensor.ts";
import { PatchCritic } from "../../../models/autoencoder/index.ts";
import { add, scale } from "../../../ops/elementwise.ts";
import type { AutoencoderTaskConfig } from "./config.ts";
import { criticLosses, slopePenalty } from "./critic-losses.ts";

/** Options of the critic's training. */
export type AdversaryConfig = NonNullable<AutoencoderTaskConfig["loss"]["adversarial"]>;

/** The critic of a configuration. */
export const adversaryOf = ({ block_out_channels }: AdversaryConfig) =>
  PatchCritic({ in_channels: 3, block_out_channels });

/** A critic of patches. */
export type Adversary = ReturnType<typeof adversaryOf>;

/** Images, and what an autoencoder makes of them, both [n, 3, h, w]. */
export interface Pair {
  readonly image: Tensor;
  readonly reconstruction: Tensor;
}

/** The critic's loss: that it takes each for what it is, with its slope held down at images. */
export function adversaryLoss(critic: Adversary, { image, reconstruction }: Pair, { penalty_weight }: AdversaryConfig) {
  const { real, generated } = criticLosses({ real: critic(image), generated: critic(reconstruction) });
  const slope = slopePenalty(critic, image);
  return { loss: add(add(real, generated), scale(slope, penalty_weight / 2)), results: { real, generated, slope } };
}
