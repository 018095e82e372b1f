import type { SafetensorsHeader } from "../../formats/safetensors/safetensors.ts";
import { detectedClass } from "../../models/classes.ts";
import { isBundled } from "../embedding.ts";
import { READ_MODELS } from "../other-forms.ts";
import { otherModel } from "../other-models.ts";
import type { FileHeader, TensorLocation } from "../types.ts";
import { loraError } from "./error.ts";
import { type LoraKey, loraKey } from "./keys.ts";
import type { LoraTensors, Method } from "./method.ts";
import { methodError, methods, refusedMethod } from "./methods.ts";

/** A layer of a LoRA's file. */
export interface LoraLayer {
  /** "unet", "text_encoder", "text_encoder_2". */
  readonly component: string;
  /** The layer as the file names it: with dots, or with kohya's underscores. */
  readonly module: string;
  readonly method: Method;
  readonly locations: LoraTensors<TensorLocation>;
  /** Divisor of alpha. */
  readonly rank: number | undefined;
  /** A scalar: the layer counts alpha / rank times. */
  readonly alpha?: TensorLocation | undefined;
}

/** A LoRA's layers, and its tensors that no layer takes. */
export interface LoraLayers {
  readonly layers: readonly LoraLayer[];
  readonly unused: readonly string[];
}

/** Keys of LoRAs for other models, and of kohya's tools whatever stands behind the layer. */
const otherLora =
  /^lora_(unet|te\d?|prior)_|(\.lora_[AB](\.[^.]+)?\.weight|\.lora_(down|up)\.weight|\.lora\.(down|up)\.weight)$/;
const isAdapting = (key: string): boolean => loraKey(key) !== undefined || isBundled(key) || otherLora.test(key);

/** Tells whether most of a file's tensors adapt another model's. */
export function isLora({ tensors }: SafetensorsHeader): boolean {
  const adapting = [...tensors.keys()].filter(isAdapting);
  return adapting.length * 2 > tensors.size && adapting.some((key) => !isBundled(key));
}

interface Group extends Pick<LoraKey, "component" | "module"> {
  readonly ends: Map<string, { readonly key: string; readonly location: TensorLocation }>;
}

/**
 * The layers of a LoRA in the names of PEFT, diffusers, kohya, ComfyUI or OneTrainer. @throws AquatintError "lora/…" for DoRA
 * and other ways of adapting that are not read, for tensors that do not fit, and for LoRAs of other models.
 */
export function loraLayers({ file, header }: FileHeader, { name }: { readonly name: string }): LoraLayers {
  const { groups, strange } = grouped({ file, header });
  const layers: LoraLayer[] = [];
  const unused: string[] = [...strange];
  for (const group of groups) {
    const read = methods.flatMap((method) => layerOf(name, group, method));
    const readKeys = new Set(read.flatMap(({ keys }) => keys));
    layers.push(...read.map(({ layer }) => layer));
    for (const [end, { key }] of group.ends) {
      if (readKeys.has(key)) continue;
      const refused = refusedMethod(end);
      if (refused) throw methodError(name, refused, key);
      unused.push(key);
    }
  }
  if (layers.length > 0 && strange.length <= layers.length) return { layers, unused };
  throw unknown(name, header, unused[0] ?? "");
}

function grouped({ file, header }: FileHeader) {
  const groups = new Map<string, Group>();
  const strange: string[] = [];
  for (const [key, entry] of header.tensors) {
    if (isBundled(key)) continue;
    const parsed = loraKey(key);
    if (!parsed) {
      strange.push(key);
      continue;
    }
    const { component, module, adapter, end } = parsed;
    const id = `${component}:${module}:${adapter}`;
    const group = groups.get(id) ?? { component, module, ends: new Map() };
    groups.set(id, group);
    group.ends.set(end, { key, location: { ...entry, file } });
  }
  return { groups: [...groups.values()], strange };
}

/** The tensors that a method reads of a layer: one, or none where it has no tensors of it. */
function layerOf(name: string, { component, module, ends }: Group, method: Method) {
  const locations: Record<string, TensorLocation> = {};
  const keys: string[] = [];
  for (const [end, { key, location }] of ends) {
    const role = method.role(end);
    if (role === undefined) continue;
    if (locations[role]) throw loraError("keys", `${name} holds ${role} of ${module.slice(0, 100)} twice`);
    locations[role] = location;
    keys.push(key);
  }
  if (keys.length === 0) return [];
  const fault = method.fault(locations);
  if (fault) throw loraError(fault[0], `${name} holds ${fault[1]}, for ${module.slice(0, 100)}`);
  const rank = method.rank(locations);
  const alpha = ends.get("alpha") ?? ends.get("lora.alpha");
  if (alpha) keys.push(alpha.key);
  if (alpha?.location.shape.some((size) => size !== 1)) {
    throw loraError("shape", `${name}: the alpha of ${module.slice(0, 100)} has the shape [${alpha.location.shape}]`);
  }
  const layer: LoraLayer = { component, module, method, locations, rank, alpha: alpha?.location };
  return [{ layer, keys }];
}

function unknown(name: string, header: SafetensorsHeader, key: string) {
  const model = detectedClass(header.tensors);
  if (model)
    return loraError("target", `${name} is a ${model}, expected a LoRA`, "aquatint inspect FILE shows what it holds");
  const other = otherModel(header.tensors.keys());
  if (other) return loraError("target", `${name} is a LoRA for ${other}`, READ_MODELS);
  return loraError(
    "keys",
    `${name} holds the tensor ${key.slice(0, 100)}, which does not belong to a LoRA for Stable Diffusion`,
    "a LoRA's keys begin with unet., text_encoder., diffusion_model., lora_unet_ or lora_te_",
  );
}
