import type { Tensor } from "../../graph/tensor.ts";
import { Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { div, exp, mul, sqrt, square } from "../../ops/elementwise.ts";
import { param } from "../../ops/leaves.ts";
import { matmul } from "../../ops/matmul.ts";
import { sum } from "../../ops/reduce.ts";
import type { ClipConfig } from "./config.ts";
import { ClipTextTransformer } from "./text-model.ts";
import { ClipVisionTransformer } from "./vision-model.ts";

/** Images and texts where they can be compared, all vectors of length 1. */
export interface ClipEmbeddings {
  /** [b, projection_dim] */
  readonly imageEmbeds: Tensor;
  /** [n, projection_dim] */
  readonly textEmbeds: Tensor;
  /** exp(logit_scale) · cosine of image i and text j: [b, n]. */
  readonly logitsPerImage: Tensor;
}

/** Each row divided by its length. */
const unit = (x: Tensor): Tensor => div(x, sqrt(sum(square(x), { axes: [-1], keepDims: true })));

/**
 * CLIP's two towers and the temperature between them (Radford et al. 2021) in transformers' names: images
 * [b, c, h, w], normalized as the image tower wants them, and int32 ids [n, tokens].
 */
export function CLIPModel(config: ClipConfig) {
  const { text_config, vision_config, projection_dim } = config;
  const logit_scale = param({ shape: [], init: { constant: config.logit_scale_init_value } });
  const [text_model, vision_model] = [ClipTextTransformer(text_config), ClipVisionTransformer(vision_config)];
  const visual_projection = Linear(vision_config.hidden_size, projection_dim, { bias: false });
  const text_projection = Linear(text_config.hidden_size, projection_dim, { bias: false });
  const children = { logit_scale, text_model, vision_model, visual_projection, text_projection };
  return module(children, (images: Tensor, ids: Tensor): ClipEmbeddings => {
    const imageEmbeds = unit(visual_projection(vision_model(images).pooled));
    const textEmbeds = unit(text_projection(text_model(ids).pooled));
    const cosines = matmul(imageEmbeds, textEmbeds, { transB: true }); // [b, n]
    return { imageEmbeds, textEmbeds, logitsPerImage: mul(cosines, exp(logit_scale)) };
  });
}
