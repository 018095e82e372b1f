import { float32Data, sizeOf } from "aquatint/graph";
import { captionIds } from "aquatint/pipelines";
import { inChunks } from "aquatint/train";
import type { OnePassFolder, OnePassModel } from "../../models/index.ts";
import { onePassImages } from "../../tasks/one-pass/outputs.ts";
import type { OpenedModel, OpenModelInput } from "../model-kind.ts";

type Network = ReturnType<OnePassFolder["build"]>["network"];

/** Binding of the weights of an open model. */
export const bindingOf = async <N extends Network>({ parameters, weights }: OnePassModel<N>) => ({
  names: parameters,
  as: await weights(),
});

/** A model that makes images in one pass; `makes` says which of its parameters that takes. */
export async function openOnePass<N extends Network>(
  model: OnePassModel<N>,
  { runtime, chunk }: Pick<OpenModelInput, "runtime" | "chunk">,
  makes: (parameter: string) => boolean = () => true,
): Promise<OpenedModel> {
  const { network, tokenizer } = model;
  const parameters = await bindingOf(model);
  const trace = (n: number) => ({ images: onePassImages(model, tokenizer, n) });
  const chunked = (size: number) => inChunks({ runtime, parameters, chunk: size, trace });
  const [many, single] = [chunked(chunk), chunked(1)];
  const { latent_size: latentSize } = network.config;
  const decoderWeights = [...model.parameters].filter(([name]) => makes(name));
  return {
    latentSize,
    parameters: decoderWeights.reduce((n, [, { shape }]) => n + sizeOf(shape), 0),
    walks: [
      {
        label: "",
        evaluations: 1,
        async draw({ z, captions }) {
          const n = captions.length;
          const feeds = {
            z: { dtype: "float32", shape: [n, latentSize], data: z },
            ids: captionIds(tokenizer, captions),
          } as const;
          const { images } = await (n === 1 ? single : many).run(feeds);
          return float32Data(images);
        },
      },
    ],
    async [Symbol.asyncDispose]() {
      await many[Symbol.asyncDispose]();
      await single[Symbol.asyncDispose]();
    },
  };
}
