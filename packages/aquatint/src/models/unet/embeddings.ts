import { shapeError } from "../../graph/op.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dims } from "../../nn/einops.ts";
import { Embedding } from "../../nn/layers.ts";
import { add } from "../../ops/elementwise.ts";
import { concat, reshape } from "../../ops/shape.ts";
import { itemAt } from "../../util/items.ts";
import { TimestepEmbedding, timesteps } from "../blocks/timesteps.ts";
import { type DescentConfig, timeChannels } from "./backbone.ts";

/** The keys of a config that describe the vector that every block is told. */
export interface EmbeddingConfig extends DescentConfig {
  readonly flip_sin_to_cos: boolean;
  readonly freq_shift: number;
  readonly time_cond_proj_dim?: number | null;
  readonly class_embed_type?: "projection" | null;
  readonly num_class_embeds?: number | null;
  readonly addition_embed_type?: "text_time" | null;
  readonly addition_time_embed_dim?: number | null;
  readonly projection_class_embeddings_input_dim?: number | null;
}

/** Inputs of some networks besides the time; each is needed by those whose config asks for it, and refused by others. */
export interface AddedConditions {
  /** The guidance scale's waves [b, time_cond_proj_dim] (`guidanceEmbedding`), for latent consistency models. */
  readonly timestepCond?: Tensor;
  /** Int32 [b] where there are `num_class_embeds`; [b, projection_class_embeddings_input_dim] where they are projected. */
  readonly classLabels?: Tensor;
  /** Stable Diffusion XL: the prompt's pooled and projected vector [b, d]. */
  readonly textEmbeds?: Tensor;
  /** Stable Diffusion XL: [b, 6] original height and width, crop's top and left, target's height and width; the refiner: [b, 5]. */
  readonly timeIds?: Tensor;
}

/** The layers that make the vector, under their published names. */
export function embeddings(config: EmbeddingConfig) {
  const { block_out_channels, time_cond_proj_dim: conditionWidth = null, addition_embed_type } = config;
  const width = timeChannels(config);
  return {
    time_embedding: TimestepEmbedding(itemAt(block_out_channels, 0), width, { conditionWidth }),
    class_embedding: classEmbedding(config, width),
    add_embedding: addition_embed_type ? projected(config, width) : undefined,
  };
}
/** The layers that make the vector that every block is told. */
export type Embeddings = ReturnType<typeof embeddings>;

const projected = ({ projection_class_embeddings_input_dim: from }: EmbeddingConfig, width: number) =>
  TimestepEmbedding(from!, width);

function classEmbedding(config: EmbeddingConfig, width: number) {
  if (config.class_embed_type) return projected(config, width);
  return config.num_class_embeds ? Embedding(config.num_class_embeds, width) : undefined;
}

/** The vector [b, timeChannels] that tells every block the time t [b] and what else the network is told. */
export function embed(parts: Embeddings, config: EmbeddingConfig, t: Tensor, conditions: AddedConditions = {}): Tensor {
  const { time_embedding, class_embedding, add_embedding } = parts;
  expectConditions(parts, conditions);
  const { timestepCond, classLabels, textEmbeds, timeIds } = conditions;
  const waves = (x: Tensor, width: number) =>
    timesteps(x, width, { flipSinToCos: config.flip_sin_to_cos, freqShift: config.freq_shift });
  let vector = time_embedding(waves(t, itemAt(config.block_out_channels, 0)), timestepCond);
  if (class_embedding && classLabels) vector = add(vector, class_embedding(classLabels));
  if (add_embedding && textEmbeds && timeIds) {
    expectAdded(config, textEmbeds, timeIds);
    const { b, n } = dims(timeIds, "b n");
    const times = waves(reshape(timeIds, { shape: [b * n] }), config.addition_time_embed_dim!);
    vector = add(vector, add_embedding(concat([textEmbeds, reshape(times, { shape: [b, -1] })], { axis: 1 })));
  }
  return vector;
}

function expectAdded(config: EmbeddingConfig, textEmbeds: Tensor, timeIds: Tensor): void {
  const [{ d }, { n }] = [dims(textEmbeds, "b d"), dims(timeIds, "b n")];
  const { addition_time_embed_dim: width, projection_class_embeddings_input_dim: expected } = config;
  const actual = d + n * width!;
  if (actual === expected) return;
  shapeError(
    `textEmbeds of ${d} and ${n} timeIds of ${width} make ${actual}, the embedding takes ${expected}`,
    "Stable Diffusion XL takes 6 timeIds, its refiner 5",
  );
}

function expectConditions(
  { time_embedding, class_embedding, add_embedding }: Embeddings,
  conditions: AddedConditions,
): void {
  const embedders = {
    timestepCond: time_embedding.children.cond_proj,
    classLabels: class_embedding,
    textEmbeds: add_embedding,
    timeIds: add_embedding,
  };
  for (const [name, part] of Object.entries(embedders)) {
    const present = conditions[name as keyof AddedConditions] !== undefined;
    if (part && !present) shapeError(`this network needs ${name}, got nothing`, "see AddedConditions for what it is");
    if (!part && present)
      shapeError(`this network does not use ${name}`, "leave it out, or use a network that takes it");
  }
}
