import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dims, rearrange } from "../../nn/einops.ts";
import { Conv2d, Embedding, LayerNorm, Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { add } from "../../ops/elementwise.ts";
import { param } from "../../ops/leaves.ts";
import { concat, expand, reshape, slice } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";
import type { ClipVisionConfig } from "./config.ts";
import { ClipEncoder } from "./encoder.ts";

function Embeddings({ hidden_size: d, image_size, patch_size, num_channels }: ClipVisionConfig) {
  const class_embedding = param({ shape: [d], init: { normal: d ** -0.5 } });
  const patch_embedding = Conv2d(num_channels, d, patch_size, { stride: patch_size, padding: 0, bias: false });
  const position_embedding = Embedding((image_size / patch_size) ** 2 + 1, d, { std: 0.02 });
  return module({ class_embedding, patch_embedding, position_embedding }, (images: Tensor): Tensor => {
    const { b, h, w } = dims(images, "b c h w");
    if (h !== image_size || w !== image_size)
      shapeError(`expected images of ${image_size} x ${image_size}, got ${h} x ${w}`);
    const patches = rearrange(patch_embedding(images), "b d h w -> b (h w) d");
    const first = expand(reshape(class_embedding, { shape: [1, 1, d] }), { shape: [b, 1, d] });
    return add(concat([first, patches], { axis: 1 }), position_embedding.children.weight); // [b, 1 + patches, d]
  });
}

/** Output of an image encoder for images [b, c, h, w]. */
export interface ImageEncoding {
  /** After all layers, before the last normalization: the class token, then the patches: [b, 1 + patches, hidden_size]. */
  readonly lastHiddenState: Tensor;
  /** The embeddings as the layers get them, then what each layer gave. */
  readonly hiddenStates: readonly Tensor[];
  /** The class token, normalized: [b, hidden_size]. */
  readonly pooled: Tensor;
}

/** The tower itself, under the names that it has inside of each of CLIP's published models. */
export function ClipVisionTransformer(config: ClipVisionConfig) {
  const norm = () => LayerNorm(config.hidden_size, { eps: config.layer_norm_eps });
  const embeddings = Embeddings(config);
  const pre_layrnorm = norm(); // misspelled in every published checkpoint
  const encoder = ClipEncoder(config);
  const post_layernorm = norm();
  return module({ embeddings, pre_layrnorm, encoder, post_layernorm }, (images: Tensor): ImageEncoding => {
    const hiddenStates = encoder(pre_layrnorm(embeddings(images)));
    const lastHiddenState = itemAt(hiddenStates, -1);
    const { b, d } = dims(lastHiddenState, "b n d");
    const first = reshape(slice(lastHiddenState, { axis: 1, start: 0, end: 1 }), { shape: [b, d] });
    return { lastHiddenState, hiddenStates, pooled: post_layernorm(first) };
  });
}

/** CLIP's image encoder (Dosovitskiy et al. 2021; Radford et al. 2021), projected: imageEmbeds [b, projection_dim]. */
export function CLIPVisionModelWithProjection(config: ClipVisionConfig) {
  const vision_model = ClipVisionTransformer(config);
  const visual_projection = Linear(config.hidden_size, config.projection_dim, { bias: false });
  type Projected = ImageEncoding & { readonly imageEmbeds: Tensor };
  return module({ vision_model, visual_projection }, (images: Tensor): Projected => {
    const encoding = vision_model(images);
    return { ...encoding, imageEmbeds: visual_projection(encoding.pooled) };
  });
}
