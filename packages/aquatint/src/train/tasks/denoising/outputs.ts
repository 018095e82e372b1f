import type { z } from "zod";
import type { Picture } from "../../../formats/image.ts";
import { encodeModelFolder } from "../../../pipelines/model-folder.ts";
import { textToImageNetwork } from "../../../pipelines/network.ts";
import { planTextToImage, textToImage } from "../../../pipelines/text-to-image.ts";
import type { Runtime } from "../../../runtime/types.ts";
import { tokenizerFrom } from "../../../tokenizers/files.ts";
import type { TaskOutputs, TrainedWeights } from "../../task.ts";
import type { denoisingFields } from "./config.ts";
import type { DenoisingModel } from "./task.ts";

/** The task's part of a configuration. */
export type DenoisingConfig = z.output<z.ZodObject<typeof denoisingFields>>;

interface OutputsInput {
  readonly runtime: Runtime;
  readonly model: DenoisingModel;
  readonly weights: TrainedWeights;
}

/** Sample pictures of the configuration's prompts, and a pixel model's folder in float16. */
export function denoisingOutputs({ samples }: DenoisingConfig, { runtime, model, weights }: OutputsInput): TaskOutputs {
  const { modules, scheduler, configs, tokenizerFiles } = model;
  const { parameters, state } = weights;
  const network = textToImageNetwork({ runtime, modules, tokenizer: tokenizerFrom(tokenizerFiles), parameters, state });
  const draw = async ({ prompts, seed, steps, guidance }: NonNullable<DenoisingConfig["samples"]>) => {
    const pictures: Picture[] = [];
    for (const [i, prompt] of prompts.entries()) {
      const plan = planTextToImage({ scheduler, modules }, { prompt, steps, guidance, seed: seed + i });
      for await (const event of textToImage(network, plan)) {
        if (event.type === "image") pictures.push(event.picture);
      }
    }
    return pictures;
  };
  return {
    ...(samples && { samples: () => draw(samples) }),
    modelFiles: async () => encodeModelFolder({ configs, tokenizer: tokenizerFiles, weights: await weights.read() }),
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}
