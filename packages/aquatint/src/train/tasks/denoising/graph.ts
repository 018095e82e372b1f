import type { Tensor } from "../../../graph/tensor.ts";
import { input } from "../../../ops/leaves.ts";
import { tokenizerFrom } from "../../../tokenizers/files.ts";
import type { TaskContext } from "../kind.ts";
import type { DenoisingModel } from "./model.ts";
import type { DenoisingObjective } from "./objective.ts";
import type { SampleSpace } from "./space.ts";

/** What a denoising task is made of. */
export interface DenoisingParts extends TaskContext {
  readonly model: DenoisingModel;
  readonly space: SampleSpace;
  readonly objective: DenoisingObjective;
}

/** The graph of the loss over n samples; its feeds are those of the space and of the objective, and the captions' `ids`. */
export function denoisingGraph({ model, space, objective }: Omit<DenoisingParts, keyof TaskContext>, n: number) {
  const { unet, textEncoders } = model.modules;
  const { modelMaxLength } = tokenizerFrom(model.tokenizerFiles);
  const ids = input({ name: "ids", dtype: "int32", shape: [n, modelMaxLength] });
  return objective.loss(space.x0(n), (xt: Tensor, t: Tensor) => unet(xt, t, textEncoders[0]!.read(ids).hidden(0)));
}
