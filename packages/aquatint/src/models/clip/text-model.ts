import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dims } from "../../nn/einops.ts";
import { Embedding, LayerNorm, Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { cast, causalMask, equal } from "../../ops/comparison.ts";
import { add } from "../../ops/elementwise.ts";
import { embedding } from "../../ops/gather.ts";
import { constant } from "../../ops/leaves.ts";
import { argmax } from "../../ops/reduce.ts";
import { reshape, slice } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";
import type { ClipTextConfig } from "./config.ts";
import { ClipEncoder } from "./encoder.ts";

function Embeddings({ vocab_size, hidden_size, max_position_embeddings }: ClipTextConfig) {
  const token_embedding = Embedding(vocab_size, hidden_size, { std: 0.02 });
  const position_embedding = Embedding(max_position_embeddings, hidden_size, { std: 0.02 });
  return module({ token_embedding, position_embedding }, (ids: Tensor): Tensor => {
    const { n } = dims(ids, "b n");
    if (n > max_position_embeddings)
      shapeError(`${n} tokens are more than the ${max_position_embeddings} of this encoder`);
    const positions = slice(position_embedding.children.weight, { axis: 0, start: 0, end: n });
    return add(token_embedding(ids), positions); // [b, n, hidden_size]
  });
}

/** Output of a text encoder for token ids [b, n]. */
export interface TextEncoding {
  /** After all layers and the last normalization: [b, n, hidden_size]. */
  readonly lastHiddenState: Tensor;
  /** The embeddings, then what each layer gave, before the last normalization. */
  readonly hiddenStates: readonly Tensor[];
  /** The last hidden state at each row's end-of-text token: [b, hidden_size]. */
  readonly pooled: Tensor;
}

/** The tower itself, under the names that it has inside of each of CLIP's published models. */
export function ClipTextTransformer(config: ClipTextConfig) {
  const embeddings = Embeddings(config);
  const encoder = ClipEncoder(config);
  const final_layer_norm = LayerNorm(config.hidden_size, { eps: config.layer_norm_eps });
  return module({ embeddings, encoder, final_layer_norm }, (ids: Tensor): TextEncoding => {
    const hiddenStates = encoder(embeddings(ids), causalMask({ queries: itemAt(ids.shape, 1) }));
    const lastHiddenState = final_layer_norm(itemAt(hiddenStates, -1));
    return { lastHiddenState, hiddenStates, pooled: atEnd(lastHiddenState, ids, config.eos_token_id) };
  });
}

/** CLIP's text encoder (Radford et al. 2021) in transformers' names: int32 ids [b, n] to hidden states. */
export function CLIPTextModel(config: ClipTextConfig) {
  const text_model = ClipTextTransformer(config);
  return module({ text_model }, (ids: Tensor): TextEncoding => text_model(ids));
}

/** The same, with its pooled vector projected to where images are compared with texts: textEmbeds [b, projection_dim]. */
export function CLIPTextModelWithProjection(config: ClipTextConfig) {
  const text_model = ClipTextTransformer(config);
  const text_projection = Linear(config.hidden_size, config.projection_dim, { bias: false });
  return module({ text_model, text_projection }, (ids: Tensor): TextEncoding & { readonly textEmbeds: Tensor } => {
    const encoding = text_model(ids);
    return { ...encoding, textEmbeds: text_projection(encoding.pooled) };
  });
}

/** Either text encoder, or both towers of CLIP. */
export interface WithTextModel {
  readonly children: { readonly text_model: ReturnType<typeof ClipTextTransformer> };
}

/**
 * "Clip skip" as diffusers counts it: the hidden states [b, n, hidden_size] without the last `layers` layers, normalized
 * as the last are. A1111's "clip skip 2" is one layer. Stable Diffusion XL takes `hiddenStates.at(-2 - layers)` as it is.
 */
export function skipLayers({ children }: WithTextModel, { hiddenStates }: TextEncoding, layers: number): Tensor {
  const state = Number.isInteger(layers) && layers >= 0 ? hiddenStates.at(-1 - layers) : undefined;
  if (!state) shapeError(`expected from 0 to ${hiddenStates.length - 1} layers to leave out, got ${layers}`);
  return children.text_model.children.final_layer_norm(state);
}

/** The rows of x [b, n, d] where the text ends: [b, d]. */
function atEnd(x: Tensor, ids: Tensor, eos: number): Tensor {
  const { b, n, d } = dims(x, "b n d");
  const integers = (data: readonly number[]) =>
    constant({ value: { dtype: "int32", shape: [data.length], data: Int32Array.from(data) } });
  // 2 stands in configs older than transformers 4.30, whatever the token is: there the highest id ends the text
  const ends = eos === 2 ? ids : cast(equal(ids, integers([eos])), { to: "int32" });
  const starts = integers(Array.from({ length: b }, (_, i) => i * n));
  return embedding(reshape(x, { shape: [b * n, d] }), add(argmax(ends, { axis: 1 }), starts));
}
