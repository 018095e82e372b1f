import { AquatintError } from "../../errors.ts";
import type { SafetensorsHeader } from "../../formats/safetensors/safetensors.ts";
import { otherForm, otherModel, READ_MODELS } from "../other-models.ts";
import type { Checkpoint, CheckpointComponent, Family, WeightPlace } from "../types.ts";
import {
  autoencoderConfig,
  autoencoderTinyConfig,
  controlNetConfig,
  familyOf,
  textConfig,
  unetConfig,
} from "./infer-config.ts";
import { classWeights, isInert } from "./leftovers.ts";
import { autoencoderRenames } from "./original-autoencoder.ts";
import { layersRun, openClipLayers, openClipRenames, openClipWeights } from "./original-text.ts";
import { controlNetRenames, originalDepth, unetRenames } from "./original-unet.ts";
import { countOf, type Renames, renameKey } from "./rename.ts";
import { singleFileIndex, singleFileScheduler, trainedSize } from "./single-file-pipeline.ts";
import { checkProjection, textNotes } from "./text-layers.ts";

/** A file with its header. */
export interface FileHeader {
  readonly file: string;
  readonly header: SafetensorsHeader;
}
type Weights = ReadonlyMap<string, WeightPlace>;
/** Weights under today's names, and the keys that no name is known for. */
interface Renamed {
  readonly weights: Weights;
  readonly strange: readonly string[];
}
interface Part {
  readonly prefix: string;
  readonly component: string;
  readonly rename: (weights: Weights) => Renamed;
  /** Token that pads the prompts of a text encoder. */
  readonly padToken?: string;
  readonly openClip?: boolean;
}

function byTable(table: (keys: readonly string[]) => Renames): (weights: Weights) => Renamed {
  return (weights) => {
    const renames = table([...weights.keys()]);
    return collect(weights, (key, place) => {
      const current = renameKey(key, renames);
      return current === undefined ? undefined : [[current, place]];
    });
  };
}

function collect(
  weights: Weights,
  rename: (key: string, place: WeightPlace) => ReturnType<typeof openClipWeights>,
): Renamed {
  const current = new Map<string, WeightPlace>();
  const strange: string[] = [];
  for (const [key, place] of weights) {
    const renamed = rename(key, place);
    if (!renamed) strange.push(key);
    for (const [name, at] of renamed ?? []) {
      if (current.has(name)) throw twice(place.file, name, key);
      current.set(name, at);
    }
  }
  return { weights: current, strange };
}

const twice = (file: string, name: string, key: string) =>
  new AquatintError("checkpoint/keys", `${file} holds the weight ${name} twice, once as ${key}`, {
    hint: "take the file as it was published",
  });

/** Attention of an autoencoder is saved as convolutions of 1 x 1, whose bytes are those of a matrix. */
const autoencoder = (weights: Weights): Renamed => {
  const { weights: renamed, strange } = byTable(autoencoderRenames)(weights);
  const flat = Array.from(renamed, ([key, place]) => {
    const [out = 0, into = 0, ...kernel] = place.shape;
    const matrix = /\.attentions\.\d+\.to_/.test(key) && kernel.length === 2 && kernel.every((k) => k === 1);
    return [key, matrix ? { ...place, shape: [out, into] } : place] as const;
  });
  return { weights: new Map(flat), strange };
};

/** @param className of the text encoder: what its files hold beside its weights is left out. */
const clip =
  (className: string) =>
  (weights: Weights): Renamed => {
    const own = classWeights(className, weights).weights;
    const width = own.get("text_model.final_layer_norm.weight")?.shape[0];
    const layers = layersRun(countOf(own.keys(), CLIP_LAYER), width, false);
    return collect(own, (key, place) => {
      if (Number(CLIP_LAYER.exec(key)?.[1] ?? 0) >= layers) return [];
      const known =
        /^text_model\.(embeddings|encoder|final_layer_norm)\./.test(key) || key === "text_projection.weight";
      return known ? [[key, place]] : undefined;
    });
  };
const CLIP_LAYER = /^text_model\.encoder\.layers\.(\d{1,4})\./;

/** @param options.projection the second encoder's; the first has none, and its last layer may be one that is never run. */
const openClip =
  ({ projection = true } = {}) =>
  (weights: Weights): Renamed => {
    const all = openClipLayers(weights.keys());
    const isWhole = weights.has("text_projection") || weights.has("text_projection.weight");
    const layers = projection ? all : layersRun(all, weights.get("ln_final.weight")?.shape[0], isWhole);
    const table = openClipRenames(layers);
    return collect(weights, (key, place) => openClipWeights(key, place, { table, layers, projection }));
  };

const unet = byTable((keys) => unetRenames(originalDepth(keys)));
const controlNet = byTable((keys) => controlNetRenames(originalDepth(keys)));
const clipText = { component: "text_encoder", rename: clip("CLIPTextModel") };
const clipText2 = {
  component: "text_encoder_2",
  rename: clip("CLIPTextModelWithProjection"),
  padToken: "!",
  openClip: true,
};
const openClipText2 = { component: "text_encoder_2", rename: openClip(), padToken: "!", openClip: true };

/** What the original files hold, by the beginnings of their keys. */
const parts: readonly Part[] = [
  { prefix: "model.diffusion_model.", component: "unet", rename: unet },
  { prefix: "diffusion_model.", component: "unet", rename: unet },
  { prefix: "first_stage_model.", component: "vae", rename: autoencoder },
  { prefix: "vae.", component: "vae", rename: autoencoder },
  { prefix: "cond_stage_model.transformer.", ...clipText },
  { prefix: "conditioner.embedders.0.transformer.", ...clipText },
  {
    prefix: "cond_stage_model.model.",
    component: "text_encoder",
    rename: openClip({ projection: false }),
    padToken: "!",
    openClip: true,
  },
  { prefix: "conditioner.embedders.0.model.", ...openClipText2 },
  { prefix: "conditioner.embedders.1.model.", ...openClipText2 },
  { prefix: "conditioner.embedders.1.transformer.", ...clipText2 },
  { prefix: "control_model.", component: "controlnet", rename: controlNet },
];
/** Files of one network alone, by a key that all of them have. */
const bare: readonly (readonly [key: string, part: Part])[] = [
  ["encoder.down.0.block.0.conv1.weight", { prefix: "", component: "vae", rename: autoencoder }],
  ["input_hint_block.0.weight", { prefix: "", component: "controlnet", rename: controlNet }],
  ["input_blocks.0.0.weight", { prefix: "", component: "unet", rename: unet }],
];

/** Whether a file's tensors have the names of the original single files. */
export const isSingleFile = ({ tensors }: SafetensorsHeader): boolean => partsOf(tensors.keys()).length > 0;

function partsOf(keys: Iterable<string>): readonly Part[] {
  const all = [...keys];
  const found = parts.filter(({ prefix }) => all.some((key) => key.startsWith(prefix)));
  if (found.length > 0) return found;
  const known = new Set(all);
  return bare
    .filter(([key]) => known.has(key))
    .slice(0, 1)
    .map(([, part]) => part);
}

/** What an original single file holds. @throws AquatintError "checkpoint/keys" where a network has a tensor of a strange name. */
export function singleFileCheckpoint({ file, header }: FileHeader, { name }: { readonly name: string }): Checkpoint {
  const form = otherForm(header.tensors.keys());
  if (form) throw new AquatintError("checkpoint/kind", `${name} is ${form}`, { hint: READ_MODELS });
  const found = partsOf(header.tensors.keys());
  const taken = new Map<string, Weights>();
  const padTokens = new Map<string, string>();
  const openClipped = new Set<string>();
  const unused: string[] = [];
  for (const { prefix, component, rename, padToken, openClip: open } of found) {
    const own = [...header.tensors].filter(([key]) => key.startsWith(prefix) && !isInert(key));
    const { weights, strange } = rename(new Map(own.map(([key, at]) => [key.slice(prefix.length), { ...at, file }])));
    if (strange.length > 0) throw strangeKeys(name, header, prefix + strange[0]);
    if (taken.has(component)) throw twice(name, component, prefix);
    taken.set(component, weights);
    if (padToken) padTokens.set(component, padToken);
    if (open) openClipped.add(component);
  }
  for (const key of header.tensors.keys()) {
    if (!isInert(key) && !found.some(({ prefix }) => key.startsWith(prefix))) unused.push(key);
  }
  checkProjection(name, taken.get("text_encoder_2"));
  const { family, components } = configured(taken, openClipped);
  const net = components.get("unet");
  const scheduler = family && net && singleFileScheduler(family, { ...header, config: net.config });
  if (scheduler)
    components.set("unet", { ...net, config: { ...net.config, sample_size: trainedSize(family, scheduler) } });
  const index = singleFileIndex(family, net?.config);
  const notes = [...textNotes(name, family, components), ...averageNote(name, header, components)];
  const said = { padTokens, metadata: header.metadata, unused, notes };
  return { name, layout: "single-file", family, components, scheduler, index, ...said };
}

/** Says where a file holds the average of its training alone, whose names are not read. */
function averageNote(
  name: string,
  { tensors }: SafetensorsHeader,
  components: ReadonlyMap<string, unknown>,
): readonly string[] {
  const isAverage =
    !components.has("unet") && [...tensors.keys()].some((key) => key.startsWith("model_ema.diffusion_model"));
  return isAverage
    ? [`${name}: of its U-Net there is only the average of training (model_ema.), which is not read`]
    : [];
}

function strangeKeys(name: string, { tensors }: SafetensorsHeader, first: string) {
  const other = otherModel(tensors.keys());
  if (other)
    return new AquatintError("checkpoint/kind", `${name} is ${other} (${first.slice(0, 100)})`, { hint: READ_MODELS });
  return new AquatintError(
    "checkpoint/keys",
    `${name} holds tensors that no Stable Diffusion has, the first "${first}"`,
    {
      hint: "it is of another architecture, or was changed by another program: take an SD 1.x, SD 2.x or SDXL file",
    },
  );
}

function configured(taken: ReadonlyMap<string, Weights>, openClipped: ReadonlySet<string>) {
  const pooled = taken.get("text_encoder_2")?.get("text_projection.weight")?.shape[0];
  const [net, control] = [taken.get("unet"), taken.get("controlnet")];
  const config = net ? unetConfig(net, { pooled }) : control && controlNetConfig(control);
  const family = config && familyOf(config);
  const components = new Map<string, CheckpointComponent>();
  for (const [component, weights] of taken) {
    const openClip = openClipped.has(component) || (component === "text_encoder" && family === "sd2");
    components.set(component, describe(component, weights, { pooled, family, openClip }));
  }
  return { family, components };
}

interface Known {
  readonly pooled: number | undefined;
  readonly family: Family | undefined;
  readonly openClip: boolean;
}

const describers: Readonly<
  Record<string, (weights: Weights, known: Known) => Pick<CheckpointComponent, "className" | "config">>
> = {
  unet: (weights, known) => ({ className: "UNet2DConditionModel", config: unetConfig(weights, known) }),
  controlnet: (weights) => ({ className: "ControlNetModel", config: controlNetConfig(weights) }),
  vae: (weights, known) => ({ className: "AutoencoderKL", config: autoencoderConfig(weights, known) }),
  taesd: (weights) => ({ className: "AutoencoderTiny", config: autoencoderTinyConfig(weights) }),
  text_encoder: (weights, known) => ({ className: "CLIPTextModel", config: textConfig(weights, known) }),
  text_encoder_2: (weights, known) => ({
    className: "CLIPTextModelWithProjection",
    config: textConfig(weights, known),
  }),
};

/** A component with the config that its shapes imply. */
export const describe = (component: string, weights: Weights, known: Known): CheckpointComponent => ({
  ...describers[component]!(weights, known),
  inferred: true,
  weights,
});
