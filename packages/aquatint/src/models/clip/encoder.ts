import type { Tensor } from "../../graph/tensor.ts";
import { rearrange } from "../../nn/einops.ts";
import { LayerNorm, Linear } from "../../nn/layers.ts";
import { type Module, module } from "../../nn/module.ts";
import { gelu, quickGelu } from "../../ops/activation.ts";
import { scaledDotProductAttention } from "../../ops/attention.ts";
import { add } from "../../ops/elementwise.ts";
import { itemAt } from "../../util/items.ts";

/** Config fields that the transformers of CLIP's two towers share. */
export interface ClipEncoderConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly hidden_act: keyof typeof activations;
  readonly layer_norm_eps: number;
}

const activations = { quick_gelu: quickGelu, gelu };

function Attention({ hidden_size: width, num_attention_heads: h }: ClipEncoderConfig) {
  const [k_proj, v_proj] = [Linear(width, width), Linear(width, width)];
  const [q_proj, out_proj] = [Linear(width, width), Linear(width, width)];
  return module({ k_proj, v_proj, q_proj, out_proj }, (x: Tensor, mask?: Tensor): Tensor => {
    const heads = (proj: Module<(x: Tensor) => Tensor>) => rearrange(proj(x), "b n (h d) -> b h n d", { h });
    const mixed = scaledDotProductAttention(heads(q_proj), heads(k_proj), heads(v_proj), mask ? { mask } : {});
    return out_proj(rearrange(mixed, "b h n d -> b n (h d)"));
  });
}

function Mlp({ hidden_size, intermediate_size, hidden_act }: ClipEncoderConfig) {
  const fc1 = Linear(hidden_size, intermediate_size);
  const fc2 = Linear(intermediate_size, hidden_size);
  return module({ fc1, fc2 }, (x: Tensor): Tensor => fc2(activations[hidden_act](fc1(x))));
}

function EncoderLayer(config: ClipEncoderConfig) {
  const norm = () => LayerNorm(config.hidden_size, { eps: config.layer_norm_eps });
  const children = { self_attn: Attention(config), layer_norm1: norm(), mlp: Mlp(config), layer_norm2: norm() };
  const { self_attn, layer_norm1, mlp, layer_norm2 } = children;
  return module(children, (x: Tensor, mask?: Tensor): Tensor => {
    const attended = add(x, self_attn(layer_norm1(x), mask));
    return add(attended, mlp(layer_norm2(attended)));
  });
}

/** The transformer of either tower: tokens [b, n, hidden_size] to themselves and what each layer gave, in order. */
export function ClipEncoder(config: ClipEncoderConfig) {
  const layers = Array.from({ length: config.num_hidden_layers }, () => EncoderLayer(config));
  return module({ layers }, (x: Tensor, mask?: Tensor): Tensor[] => {
    const states = [x];
    for (const layer of layers) states.push(layer(itemAt(states, -1), mask));
    return states;
  });
}
