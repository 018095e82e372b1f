import type { Image } from "../../../formats/image/image.ts";
import { encodeComponent } from "../../../pipelines/model/encode-folder.ts";
import { textToImageNetwork } from "../../../pipelines/network/network.ts";
import { planTextToVideo } from "../../../pipelines/text-to-video/plan.ts";
import { textToVideo } from "../../../pipelines/text-to-video/text-to-video.ts";
import { tokenizerFrom } from "../../../tokenizers/files.ts";
import { itemAt, lookup } from "../../../util/items.ts";
import type { TaskOutputs } from "../../loop/task.ts";
import { heldOutLoss, type OutputsInput } from "../denoising/outputs.ts";
import type { MotionConfig } from "./config.ts";
import { encodeLora, LORA_FILE } from "./lora.ts";
import { inUNet, type MotionModel } from "./model.ts";

/** Clips that one run of the evaluation's program takes. */
const CHUNK = 2;
/** Frames of a sample clip that a sheet shows: a row of it. */
const SHEET_FRAMES = 8;

/** Input of the outputs of motion modules. */
export interface MotionOutputsInput extends OutputsInput {
  readonly model: MotionModel;
}

/** Rows of frames of the configuration's prompts, the held-out loss, and the adapter's folder in float16. */
export function motionOutputs(
  { samples, evaluation }: Pick<MotionConfig, "samples" | "evaluation">,
  input: MotionOutputsInput,
): TaskOutputs {
  const { model, weights } = input;
  const painter = painterOf(input);
  const judge = heldOutLoss(input, CHUNK);
  return {
    ...(samples && { samples: () => painter.draw(samples) }),
    evaluate: () => judge.evaluate(evaluation.clips),
    async modelFiles() {
      const all = await weights.read();
      const adapter = new Map(Array.from(model.adapter.keys(), (name) => [name, lookup(all, inUNet(name))] as const));
      const content = {
        folder: "",
        className: "MotionAdapter",
        config: model.adapterConfig,
        weights: adapter,
      } as const;
      const lora = model.lora && ([LORA_FILE, encodeLora(model.lora, all)] as const);
      return new Map<string, string | Uint8Array>([...encodeComponent(content), ...(lora ? [lora] : [])]);
    },
    async [Symbol.asyncDispose]() {
      await painter.dispose();
      await judge.dispose();
    },
  };
}

/** Draws clips from the weights as they stand. */
function painterOf({ runtime, dataset, model, weights }: MotionOutputsInput) {
  const { modules, scheduler, tokenizerFiles, lora } = model;
  const { parameters, state } = weights;
  const [height, width] = dataset.size;
  const tokenizers = [tokenizerFrom(tokenizerFiles)];
  const network = textToImageNetwork({ runtime, modules, parameters, state, adapters: lora?.adapters });
  return {
    async draw({ prompts, seed, steps, guidance }: NonNullable<MotionConfig["samples"]>) {
      const images: Image[] = [];
      for (const [i, prompt] of prompts.entries()) {
        const options = { prompt, steps, guidance, seed: seed + i, width, height, ...dataset.clip };
        const plan = await planTextToVideo({ scheduler, modules, tokenizers }, options);
        for await (const event of textToVideo(network, plan)) {
          if (event.type === "video") images.push(...sheetFrames(event.frames));
        }
      }
      return images;
    },
    dispose: () => network[Symbol.asyncDispose](),
  };
}

/** Frames spread evenly over a clip, the first and the last among them. */
const sheetFrames = (frames: readonly Image[]): readonly Image[] =>
  Array.from({ length: SHEET_FRAMES }, (_, i) =>
    itemAt(frames, Math.round((i * (frames.length - 1)) / (SHEET_FRAMES - 1))),
  );
