import { textEncoderFacts } from "../../models/families.ts";
import { countOf, upTo } from "../../util/numbered.ts";
import type { TensorLocation } from "../types.ts";
import { type Rename, type Renames, renameKey } from "./rename.ts";

const LAYERS = "text_model.encoder.layers";

/** Layers of an OpenCLIP text encoder by its original keys. */
export const openClipLayers = (keys: Iterable<string>): number => countOf(keys, /^transformer\.resblocks\.(\d+)\./);

/** Layers of a text encoder that SD runs: by its width, else all but the last of a whole file, which has a projection. */
export function layersRun(layers: number, width: number | undefined, isWhole: boolean): number {
  const facts = textEncoderFacts.get(width ?? 0);
  return facts ? Math.min(layers, facts.run) : layers - (isWhole ? 1 : 0);
}

/** The names that OpenCLIP gives a text encoder's modules, but for the fused projections of its attention. */
export const openClipRenames = (layers: number): Renames =>
  new Map<string, string>([
    ["token_embedding", "text_model.embeddings.token_embedding"],
    ["positional_embedding", "text_model.embeddings.position_embedding.weight"],
    ["ln_final", "text_model.final_layer_norm"],
    ["text_projection", "text_projection.weight"],
    ...upTo(layers).flatMap((i): readonly Rename[] => {
      const [original, current] = [`transformer.resblocks.${i}`, `${LAYERS}.${i}`];
      return [
        [`${original}.ln_1`, `${current}.layer_norm1`],
        [`${original}.ln_2`, `${current}.layer_norm2`],
        [`${original}.mlp.c_fc`, `${current}.mlp.fc1`],
        [`${original}.mlp.c_proj`, `${current}.mlp.fc2`],
        [`${original}.attn.out_proj`, `${current}.self_attn.out_proj`],
      ];
    }),
  ]);

const fused = /^transformer\.resblocks\.(\d+)\.attn\.in_proj_(weight|bias)$/;

/** The weights that a tensor of OpenCLIP becomes: none, one or three weights, or undefined where its name is strange. */
export function openClipWeights(
  key: string,
  location: TensorLocation,
  { table, layers, projection }: { readonly table: Renames; readonly layers: number; readonly projection: boolean },
): readonly (readonly [key: string, location: TensorLocation])[] | undefined {
  const layer = /^transformer\.resblocks\.(\d+)\./.exec(key)?.[1];
  if (layer !== undefined && Number(layer) >= layers) return [];
  if (key === "text_projection" || key === "text_projection.weight") {
    if (!projection) return [];
    // a linear layer's weight, as some programs save it, lies as the module has it
    if (key.endsWith(".weight")) return [[key, location]];
    return [["text_projection.weight", { ...location, shape: location.shape.toReversed(), transposed: true }]];
  }
  const [, block, kind] = fused.exec(key) ?? [];
  if (block !== undefined && kind !== undefined) return thirds(`${LAYERS}.${block}.self_attn`, kind, location);
  const current = renameKey(key, table);
  return current === undefined ? undefined : [[current, location]];
}

/** Query, key and value lie one after the other: each is a part of the bytes. */
function thirds(module: string, kind: string, location: TensorLocation) {
  const [rows = 0, ...rest] = location.shape;
  if (rows % 3 !== 0) return undefined;
  const length = location.length / 3;
  return ["q_proj", "k_proj", "v_proj"].map((part, i) => {
    const third = { ...location, shape: [rows / 3, ...rest], offset: location.offset + i * length, length };
    return [`${module}.${part}.${kind}`, third] as const;
  });
}
