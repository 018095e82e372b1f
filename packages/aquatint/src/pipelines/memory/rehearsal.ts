import type { Size } from "../../formats/image/resize.ts";
import type { Seed } from "../../math/random.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import type { TextToImageNetwork } from "../network/network.ts";
import type { TextToImagePlan } from "../text-to-image/plan.ts";
import { textToImage } from "../text-to-image/text-to-image.ts";
import type { TextToVideoPlan } from "../text-to-video/plan.ts";
import type { RehearsedRun } from "./plan-run.ts";

/** Images that are made together, for an estimate of their memory. */
export interface RehearsedImages {
  readonly model: TextToImageModel;
  readonly plan: TextToImagePlan;
  /** Seeds of the images; the plan's alone when absent. */
  readonly seeds?: readonly Seed[] | undefined;
  /** The same in another size. */
  resized(size: Size): Promise<TextToImagePlan>;
}

/** Images as a run whose memory is estimated. */
export const rehearsedImages = ({ model, plan, seeds, resized }: RehearsedImages): RehearsedRun => ({
  model,
  size: plan,
  async rehearse(network: TextToImageNetwork, size: Size) {
    const isPlanned = size.width === plan.width && size.height === plan.height;
    for await (const _ of textToImage(network, isPlanned ? plan : await resized(size), { seeds }));
  },
});

/** A clip, for an estimate of its memory. */
export interface RehearsedClip {
  readonly model: TextToImageModel;
  readonly plan: TextToVideoPlan;
  /** The same in another size. */
  resized(size: Size): Promise<TextToVideoPlan>;
}

/** A clip as a run whose memory is estimated: it holds all frames at once, and decodes them one by one. */
export const rehearsedClip = ({ model, plan, resized }: RehearsedClip): RehearsedRun => ({
  model,
  size: plan,
  async rehearse(network: TextToImageNetwork, size: Size) {
    const { textToVideo } = await import("../text-to-video/text-to-video.ts");
    const isPlanned = size.width === plan.width && size.height === plan.height;
    for await (const _ of textToVideo(network, isPlanned ? plan : await resized(size)));
  },
});
