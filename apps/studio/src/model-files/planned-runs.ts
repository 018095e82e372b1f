import { planTextToImage, type TextToImageModel, type TextToImageOptions } from "aquatint";
import {
  type Conditioning,
  planTextToVideo,
  type RehearsedRun,
  rehearsedClip,
  rehearsedImages,
  type TextToImagePlan,
  type TextToVideoOptions,
  type TextToVideoPlan,
} from "aquatint/pipelines";

/** An image or a clip whose memory is planned before it is made. */
export interface PlannedRun {
  /** Tells it from others that take other memory. */
  readonly key: string;
  readonly run: RehearsedRun;
}

type Inputs = Pick<TextToImagePlan, "latentShape"> & {
  readonly init?: unknown;
  readonly mask?: unknown;
  readonly controls: readonly unknown[];
};

/** What the memory of an image or a clip depends on. */
const keyOf = ({ init, mask, controls, latentShape }: Inputs, rest: readonly unknown[]): string =>
  JSON.stringify([latentShape, init !== undefined, mask !== undefined, controls.length, ...rest]);

/** The number of captions, and of chunks of each. */
const captionsKey = ({ stages }: Conditioning) =>
  stages.map(({ captions }) => captions.map(({ chunks }) => chunks[0]?.length));

/** An image with its second pass, its control images and its start. */
export function plannedImage(model: TextToImageModel, plan: TextToImagePlan, options: TextToImageOptions): PlannedRun {
  const { init: _, mask: __, ...sizeless } = options as TextToImageOptions & { init?: unknown; mask?: unknown };
  const run = rehearsedImages({ model, plan, resized: (size) => planTextToImage(model, { ...sizeless, ...size }) });
  return { key: keyOf(plan, [plan.hiresFix?.latentShape, captionsKey(plan.conditioning)]), run };
}

/** A clip, whose frames are in memory together. */
export function plannedClip(model: TextToImageModel, plan: TextToVideoPlan, options: TextToVideoOptions): PlannedRun {
  const { init: _, firstFrame: __, ...sizeless } = options;
  const run = rehearsedClip({ model, plan, resized: (size) => planTextToVideo(model, { ...sizeless, ...size }) });
  return {
    key: keyOf(plan, [
      plan.frames,
      plan.windows,
      plan.conditionings.map(({ conditioning }) => captionsKey(conditioning)),
    ]),
    run,
  };
}
