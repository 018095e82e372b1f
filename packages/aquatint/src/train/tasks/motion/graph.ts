import type { Tensor } from "../../../graph/tensor.ts";
import { reshape } from "../../../ops/shape.ts";
import { adapted } from "../../../pipelines/adapters/adapters.ts";
import { eachFrame } from "../../../pipelines/network/clips.ts";
import { itemAt } from "../../../util/items.ts";
import { captionIdsInput, type DenoisingGraphInput } from "../denoising/graph.ts";
import type { MotionModel } from "./model.ts";
import type { ClipLatents } from "./some-frames.ts";

/** Input of the loss of motion modules. */
export interface MotionGraphInput extends DenoisingGraphInput {
  readonly model: MotionModel;
  readonly space: ClipLatents;
}

/** The graph of the loss over n clips, whose frames share a time and a caption. */
export function motionGraph({ model, space, objective }: MotionGraphInput, n: number) {
  const ids = captionIdsInput(model.tokenizerFiles, n);
  return objective.loss(space.x0(n), denoisesClips(model, { ids, positions: space.positions(n) }));
}

interface ClipInputs {
  /** The captions' tokens [n, length]. */
  readonly ids: Tensor;
  /** The positions of the frames [n, f]. */
  readonly positions: Tensor;
}

/** A network's output at noisy clips xt [n, f, c, h, w] and their times [n]. */
const denoisesClips =
  ({ modules: { unet, textEncoders }, lora }: Pick<MotionModel, "modules" | "lora">, { ids, positions }: ClipInputs) =>
  (xt: Tensor, t: Tensor): Tensor => {
    const [n, f, ...image] = xt.shape as [number, number, ...number[]];
    const { name, read } = itemAt(textEncoders, 0);
    const context = adapted(lora?.adapters, name, () => read(ids).hidden(0));
    const rows = { x: reshape(xt, { shape: [n * f, ...image] }), t: eachFrame(t, { n, f }) };
    const frames = { count: f, positions };
    const output = adapted(lora?.adapters, "unet", () => unet(rows.x, rows.t, context, { frames }));
    return reshape(output, { shape: xt.shape });
  };
