import { tokenizerFrom } from "../../../tokenizers/files.ts";
import type { Phase, Task, TaskOutputs } from "../../loop/task.ts";
import type { TaskContext } from "../kind.ts";
import { sourcesOf } from "../sources.ts";
import { captionFeed } from "./captions.ts";
import type { DenoisingConfig } from "./config.ts";
import { type DenoisingParts, denoisingGraph } from "./graph.ts";
import { trainingLatents } from "./latents.ts";
import { denoisingModel } from "./model.ts";
import { denoisingObjective } from "./objective.ts";
import { type DenoisingOutputsConfig, denoisingOutputs, type OutputsInput } from "./outputs.ts";

/** The task of a U-Net, with the frozen parts that its configuration names. */
export async function openDenoisingTask(config: DenoisingConfig, context: TaskContext): Promise<Task> {
  const model = await denoisingModel(config.model, context);
  const { timesteps, min_snr_gamma: minSnrGamma, latents } = config.objective;
  const { size, latents: facts } = context.dataset;
  const space = trainingLatents({ modules: model.modules, size, latents, facts });
  const { scheduler } = model;
  const objective = denoisingObjective({ sample: space.sample, scheduler, timesteps, minSnrGamma });
  const graph = (n: number) => denoisingGraph({ model, space, objective }, n);
  return denoisingTask(config, { ...context, model, space, objective, graph });
}

/** Config fields that a task of a denoising network reads, whatever its loss. */
export interface DenoisingTaskConfig extends DenoisingOutputsConfig {
  readonly objective: Pick<DenoisingConfig["objective"], "guidance_dropout">;
}

/** The task of a denoising network whose graph and draws are given. */
export function denoisingTask(config: DenoisingTaskConfig, parts: DenoisingParts): Task {
  return denoisingTaskWith(config, parts, (input) => denoisingOutputs(config, input));
}

/** The same with other outputs of its weights. */
export function denoisingTaskWith(
  config: Pick<DenoisingTaskConfig, "objective">,
  parts: DenoisingParts,
  outputs: (input: OutputsInput) => TaskOutputs,
): Task {
  const { frozen, assets, parameters, initial } = parts.model;
  const { phase, restore } = denoisingPhase(config, parts);
  return {
    parameters,
    frozen,
    phases: [phase],
    assets,
    restore,
    initial,
    outputs: (weights) => outputs({ ...parts, weights }),
  };
}

function denoisingPhase(
  { objective: { guidance_dropout: dropout } }: Pick<DenoisingTaskConfig, "objective">,
  parts: DenoisingParts,
) {
  const { model, space, objective, dataset, seed, batchSize, microBatchSize, trace = (graph) => graph() } = parts;
  const tokenizer = tokenizerFrom(model.tokenizerFiles);
  const sources = sourcesOf({ dataset, seed });
  const phase: Phase = {
    name: "denoising",
    ...trace(() => parts.graph(microBatchSize)),
    async next() {
      const { images, captions } = await sources.stream.next(batchSize);
      const { draws } = sources;
      const samples = space.feeds(images, draws);
      const { feeds, report } = objective.draw(batchSize, draws);
      const ids = captionFeed(captions, draws, { tokenizer, dropout });
      return { feeds: { ...samples, ...feeds, ids }, position: sources.position(), report };
    },
  };
  return { phase, restore: sources.restore };
}
