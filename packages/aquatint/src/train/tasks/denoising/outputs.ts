import type { Image } from "../../../formats/image/image.ts";
import { torchCpu } from "../../../math/random.ts";
import { captionIds } from "../../../pipelines/conditioning/caption-ids.ts";
import { encodeModelFolder } from "../../../pipelines/model/encode-folder.ts";
import { textToImageNetwork } from "../../../pipelines/network/network.ts";
import { planTextToImage } from "../../../pipelines/text-to-image/plan.ts";
import { textToImage } from "../../../pipelines/text-to-image/text-to-image.ts";
import { tokenizerFrom } from "../../../tokenizers/files.ts";
import type { TaskOutputs, TrainedWeights } from "../../loop/task.ts";
import { inChunks } from "../in-chunks.ts";
import { EVALUATION_SEED, evaluationSamples } from "../sources.ts";
import type { DenoisingConfig } from "./config.ts";
import type { DenoisingParts } from "./graph.ts";

/** Images that one run of the evaluation's program takes. */
const CHUNK = 16;

/** Input of a denoising network's outputs. */
export interface OutputsInput extends DenoisingParts {
  readonly weights: TrainedWeights;
}

/** Config fields that outputs read. */
export interface DenoisingOutputsConfig extends Pick<DenoisingConfig, "evaluation"> {
  readonly samples?: DenoisingConfig["samples"];
}

/** Sample images of the configuration's prompts, the held-out loss, and the model's folder in float16. */
export function denoisingOutputs({ samples, evaluation }: DenoisingOutputsConfig, input: OutputsInput): TaskOutputs {
  const { model, weights } = input;
  const { configs, tokenizerFiles } = model;
  const painter = painterOf(input);
  const judge = heldOutLoss(input, CHUNK);
  return {
    ...(samples && { samples: () => painter.draw(samples) }),
    evaluate: () => judge.evaluate(evaluation.images),
    modelFiles: async () => encodeModelFolder({ configs, tokenizers: [tokenizerFiles], weights: await weights.read() }),
    async [Symbol.asyncDispose]() {
      await painter.dispose();
      await judge.dispose();
    },
  };
}

/** Draws images from the weights as they stand. */
function painterOf({ runtime, model: { modules, scheduler, tokenizerFiles }, weights }: OutputsInput) {
  const { parameters, state } = weights;
  const tokenizers = [tokenizerFrom(tokenizerFiles)];
  const network = textToImageNetwork({ runtime, modules, parameters, state });
  return {
    async draw({ prompts, seed, steps, guidance }: NonNullable<DenoisingConfig["samples"]>) {
      const images: Image[] = [];
      for (const [i, prompt] of prompts.entries()) {
        const plan = await planTextToImage(
          { scheduler, modules, tokenizers },
          { prompt, steps, guidance, seed: seed + i },
        );
        for await (const event of textToImage(network, plan)) {
          if (event.type === "image") images.push(event.image);
        }
      }
      return images;
    },
    dispose: () => network[Symbol.asyncDispose](),
  };
}

/** Takes the loss of the weights as they stand on held-out samples, `chunk` at once, with the same noise for every run. */
export function heldOutLoss(input: OutputsInput, chunk: number) {
  const { runtime, dataset, model, space, objective, graph, weights } = input;
  const { parameters, state } = weights;
  const trace = (n: number) => graph(n).results;
  const network = inChunks({ runtime, state, parameters, chunk, trace });
  const tokenizer = tokenizerFrom(model.tokenizerFiles);
  return {
    async evaluate(count: number) {
      const { images, captions } = await evaluationSamples(dataset, count);
      const draws = torchCpu(EVALUATION_SEED);
      const { feeds, report } = objective.evaluation(count, draws);
      const samples = space.feeds(images, draws);
      return report(await network.run({ ...samples, ...feeds, ids: captionIds(tokenizer, captions) }));
    },
    dispose: () => network[Symbol.asyncDispose](),
  };
}
