import type { Runtime } from "aquatint";
import type { ModelFiles } from "aquatint/checkpoints";
import { type Image, imagesToTensor } from "aquatint/formats";
import { dot } from "aquatint/math";
import { CLIPModel } from "aquatint/models";
import { parameters } from "aquatint/nn";
import { clipTowers, openClip, retrieval } from "aquatint/train";
import { AquatintError } from "aquatint/util";

/** Fit of images and their captions, by CLIP. */
export interface ClipFit {
  /** Mean of 100 · max(cosine, 0) of image and caption (Hessel et al. 2021 with their weight of 2.5 left out). */
  readonly score: number;
  /** Share of images whose nearest caption of all is their own. */
  readonly imageToText: number;
  /** Share of captions whose nearest image of all is their own. */
  readonly textToImage: number;
}

/** A CLIP model with its weights. */
export interface ClipJudge extends AsyncDisposable {
  /** Compares RGB images with a caption each. */
  fit(images: readonly Image[], captions: readonly string[]): Promise<ClipFit>;
}

/** Options of opening it. */
export interface ClipJudgeOptions {
  readonly runtime: Runtime;
  /** Height and width of the images, in pixels. */
  readonly size: readonly [height: number, width: number];
}

/** Opens a folder that "task": "clip" wrote. @throws AquatintError where it is none, or is made for another size. */
export async function openClipJudge(files: ModelFiles, { runtime, size }: ClipJudgeOptions): Promise<ClipJudge> {
  const { config, tokenizerFiles, read } = await openClip(files);
  const side = config.vision_config.image_size;
  if (size.some((length) => length !== side)) {
    throw new AquatintError(
      "evaluate/clip-size",
      `this CLIP model looks at ${side} x ${side} pixels, the images have ${size[1]} x ${size[0]}`,
    );
  }
  const model = CLIPModel(config);
  const names = parameters(model);
  const towers = clipTowers({ model, runtime, tokenizerFiles, size, parameters: { names, as: await read(names) } });
  return {
    async fit(images, captions) {
      const embeddings = await towers.embed(imagesToTensor(images), captions);
      const { image_to_text, text_to_image } = retrieval({ ...embeddings, captions });
      return {
        score: 100 * meanCosine(embeddings.images, embeddings.texts, captions.length),
        ...{ imageToText: image_to_text, textToImage: text_to_image },
      };
    },
    [Symbol.asyncDispose]: () => towers[Symbol.asyncDispose](),
  };
}

/** Mean over n rows of the products of vectors of length 1, those below 0 taken as 0. */
function meanCosine(a: Float32Array, b: Float32Array, n: number): number {
  const width = a.length / n;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const row = (rows: Float32Array) => rows.subarray(i * width, (i + 1) * width);
    sum += Math.max(dot(row(a), row(b)), 0);
  }
  return sum / n;
}
