import { refuse } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dims, rearrange } from "../../nn/dims.ts";
import { Embedding, LayerNorm, Linear } from "../../nn/layers.ts";
import { module } from "../../nn/module.ts";
import { gelu, quickGelu } from "../../ops/activation.ts";
import { scaledDotProductAttention } from "../../ops/attention.ts";
import { cast, causalMask, equal } from "../../ops/comparison.ts";
import { add } from "../../ops/elementwise.ts";
import { embedding } from "../../ops/gather.ts";
import { constant } from "../../ops/leaves.ts";
import { argmax } from "../../ops/reduce.ts";
import { reshape, slice } from "../../ops/shape.ts";
import type { ClipTextConfig } from "./config.ts";

const activations = { quick_gelu: quickGelu, gelu };

function Attention({ hidden_size: width, num_attention_heads: h }: ClipTextConfig) {
  const [k_proj, v_proj] = [Linear(width, width), Linear(width, width)];
  const [q_proj, out_proj] = [Linear(width, width), Linear(width, width)];
  return module({ k_proj, v_proj, q_proj, out_proj }, (x: Tensor, mask: Tensor): Tensor => {
    const [q, k, v] = [q_proj, k_proj, v_proj].map((proj) => rearrange(proj(x), "b n (h d) -> b h n d", { h }));
    return out_proj(rearrange(scaledDotProductAttention(q!, k!, v!, { mask }), "b h n d -> b n (h d)"));
  });
}

function Mlp({ hidden_size, intermediate_size, hidden_act }: ClipTextConfig) {
  const fc1 = Linear(hidden_size, intermediate_size);
  const fc2 = Linear(intermediate_size, hidden_size);
  return module({ fc1, fc2 }, (x: Tensor): Tensor => fc2(activations[hidden_act](fc1(x))));
}

function EncoderLayer(config: ClipTextConfig) {
  const norm = () => LayerNorm(config.hidden_size, { eps: config.layer_norm_eps });
  const children = { self_attn: Attention(config), layer_norm1: norm(), mlp: Mlp(config), layer_norm2: norm() };
  const { self_attn, layer_norm1, mlp, layer_norm2 } = children;
  return module(children, (x: Tensor, mask: Tensor): Tensor => {
    const told = add(x, self_attn(layer_norm1(x), mask));
    return add(told, mlp(layer_norm2(told)));
  });
}

function Embeddings({ vocab_size, hidden_size, max_position_embeddings }: ClipTextConfig) {
  const token_embedding = Embedding(vocab_size, hidden_size, { std: 0.02 });
  const position_embedding = Embedding(max_position_embeddings, hidden_size, { std: 0.02 });
  return module({ token_embedding, position_embedding }, (ids: Tensor): Tensor => {
    const { n } = dims(ids, "b n");
    if (n > max_position_embeddings) refuse(`${n} tokens are more than the ${max_position_embeddings} of this encoder`);
    const places = slice(position_embedding.children.weight, { axis: 0, start: 0, end: n });
    return add(token_embedding(ids), places); // [b, n, hidden_size]
  });
}

/** What a text encoder says of token ids [b, n]. */
export interface TextEncoding {
  /** After all layers and the last normalisation: [b, n, hidden_size]. */
  readonly lastHiddenState: Tensor;
  /** The embeddings, then what each layer gave, before the last normalisation. */
  readonly hiddenStates: readonly Tensor[];
  /** The last hidden state at each row's end-of-text token: [b, hidden_size]. */
  readonly pooled: Tensor;
}

/** CLIP's text encoder (Radford et al. 2021) in transformers' names: int32 ids [b, n] to hidden states. */
export function CLIPTextModel(config: ClipTextConfig) {
  const layers = Array.from({ length: config.num_hidden_layers }, () => EncoderLayer(config));
  const embeddings = Embeddings(config);
  const encoder = module({ layers }, (x: Tensor, mask: Tensor): Tensor[] => {
    const states = [x];
    for (const layer of layers) states.push(layer(states.at(-1)!, mask));
    return states;
  });
  const final_layer_norm = LayerNorm(config.hidden_size, { eps: config.layer_norm_eps });
  const text_model = module({ embeddings, encoder, final_layer_norm }, (ids: Tensor): TextEncoding => {
    const hiddenStates = encoder(embeddings(ids), causalMask({ queries: ids.shape[1]! }));
    const lastHiddenState = final_layer_norm(hiddenStates.at(-1)!);
    return { lastHiddenState, hiddenStates, pooled: atEnd(lastHiddenState, ids, config.eos_token_id) };
  });
  return module({ text_model }, (ids: Tensor): TextEncoding => text_model(ids));
}

/** The rows of x [b, n, d] where the text ends: [b, d]. */
function atEnd(x: Tensor, ids: Tensor, eos: number): Tensor {
  const { b, n, d } = dims(x, "b n d");
  const whole = (data: readonly number[]) =>
    constant({ value: { dtype: "int32", shape: [data.length], data: Int32Array.from(data) } });
  // 2 stands in configs older than transformers 4.30, whatever the token is: there the highest id ends the text
  const ends = eos === 2 ? ids : cast(equal(ids, whole([eos])), { to: "int32" });
  const starts = whole(Array.from({ length: b }, (_, i) => i * n));
  return embedding(reshape(x, { shape: [b * n, d] }), add(argmax(ends, { axis: 1 }), starts));
}
