import type { Tensor } from "../../../graph/tensor.ts";
import { reshape } from "../../../ops/shape.ts";
import type { PipelineComponents } from "../../../pipelines/model/components.ts";
import { eachFrame } from "../../../pipelines/network/clips.ts";
import { itemAt } from "../../../util/items.ts";
import { captionIdsInput, type DenoisingGraphInput } from "../denoising/graph.ts";

/** The graph of the loss over n clips, whose frames share a time and a caption. */
export function motionGraph({ model, space, objective }: DenoisingGraphInput, n: number) {
  const ids = captionIdsInput(model.tokenizerFiles, n);
  return objective.loss(space.x0(n), denoisesClips(model.modules, ids));
}

/** A network's output at noisy clips xt [n, f, c, h, w] and their times [n], of captions by their ids. */
const denoisesClips =
  ({ unet, textEncoders }: Pick<PipelineComponents, "unet" | "textEncoders">, ids: Tensor) =>
  (xt: Tensor, t: Tensor): Tensor => {
    const [n, f, ...image] = xt.shape as [number, number, ...number[]];
    const context = itemAt(textEncoders, 0).read(ids).hidden(0);
    const rows = { x: reshape(xt, { shape: [n * f, ...image] }), t: eachFrame(t, { n, f }) };
    const output = unet(rows.x, rows.t, context, { frames: { count: f } });
    return reshape(output, { shape: xt.shape });
  };
