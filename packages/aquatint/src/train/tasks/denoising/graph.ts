import type { Tensor } from "../../../graph/tensor.ts";
import { input } from "../../../ops/leaves.ts";
import type { PipelineComponents } from "../../../pipelines/model/components.ts";
import { type TokenizerFiles, tokenizerFrom } from "../../../tokenizers/files.ts";
import { itemAt } from "../../../util/items.ts";
import type { TaskContext } from "../kind.ts";
import type { TrainingLatents } from "./latents.ts";
import type { DenoisingModel } from "./model.ts";
import type { DenoisingObjective } from "./objective.ts";

/** Parts of a denoising task. */
export interface DenoisingParts extends TaskContext {
  readonly model: DenoisingModel;
  readonly space: TrainingLatents;
  readonly objective: Pick<DenoisingObjective, "draw" | "evaluation">;
  /** The loss over n samples with its results; its feeds are those of the space and of the objective, and the captions' `ids`. */
  graph(n: number): ReturnType<DenoisingObjective["loss"]>;
}

/** The ids of n captions, int32 [n, tokens]. */
export const captionIdsInput = (files: TokenizerFiles, n: number): Tensor =>
  input({ name: "ids", dtype: "int32", shape: [n, tokenizerFrom(files).modelMaxLength] });

/** A model's network at noisy samples xt [n, c, h, w] and their times [n], told captions by their ids. */
export const denoises =
  ({ unet, textEncoders }: Pick<PipelineComponents, "unet" | "textEncoders">, ids: Tensor) =>
  (xt: Tensor, t: Tensor): Tensor =>
    unet(xt, t, itemAt(textEncoders, 0).read(ids).hidden(0));

/** Input of a denoising network's loss. */
export interface DenoisingGraphInput extends Pick<DenoisingParts, "model" | "space"> {
  readonly objective: DenoisingObjective;
}

/** The graph of the loss over n samples. */
export const denoisingGraph = ({ model, space, objective }: DenoisingGraphInput, n: number) =>
  objective.loss(space.x0(n), denoises(model.modules, captionIdsInput(model.tokenizerFiles, n)));
