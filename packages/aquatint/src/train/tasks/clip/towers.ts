import { float32Data } from "../../../graph/host-tensor.ts";
import type { CLIPModel } from "../../../models/clip/index.ts";
import { input } from "../../../ops/leaves.ts";
import { captionIds } from "../../../pipelines/conditioning/caption-ids.ts";
import { type TokenizerFiles, tokenizerFrom } from "../../../tokenizers/files.ts";
import { type ChunkedNetworkInput, inChunks } from "../in-chunks.ts";

/** Images that one run of a program takes. */
const CHUNK = 32;

/** Input of the towers. */
export interface TowersInput extends Pick<ChunkedNetworkInput<string>, "runtime" | "parameters" | "state"> {
  readonly model: ReturnType<typeof CLIPModel>;
  readonly tokenizerFiles: TokenizerFiles;
  /** Height and width of the images, in pixels. */
  readonly size: readonly number[];
}

/** Vectors of length 1 of images and of their captions, row by row. */
export interface Embeddings {
  readonly images: Float32Array;
  readonly texts: Float32Array;
}

/** Both towers of CLIP, run over any number of images. */
export interface Towers extends AsyncDisposable {
  /** Embeds RGB images, [n, 3, height, width] in -1 .. 1, and a caption each. */
  embed(images: Float32Array, captions: readonly string[]): Promise<Embeddings>;
}

/** Makes programs of both towers when they are first wanted. */
export function clipTowers({ model, tokenizerFiles, size, ...binding }: TowersInput): Towers {
  const tokenizer = tokenizerFrom(tokenizerFiles);
  const shape = [3, ...size];
  const trace = (n: number) => {
    const images = input({ name: "images", dtype: "float32", shape: [n, ...shape] });
    const ids = input({ name: "ids", dtype: "int32", shape: [n, tokenizer.modelMaxLength] });
    const { imageEmbeds, textEmbeds } = model(images, ids);
    return { imageEmbeds, textEmbeds };
  };
  const network = inChunks({ ...binding, chunk: CHUNK, trace });
  return {
    async embed(data, captions) {
      const images = { dtype: "float32", shape: [captions.length, ...shape], data } as const;
      const { imageEmbeds, textEmbeds } = await network.run({ images, ids: captionIds(tokenizer, captions) });
      return { images: float32Data(imageEmbeds), texts: float32Data(textEmbeds) };
    },
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}
