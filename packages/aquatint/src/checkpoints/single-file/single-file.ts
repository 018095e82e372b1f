import { AquatintError } from "../../errors.ts";
import type { SafetensorsHeader } from "../../formats/safetensors/safetensors.ts";
import { classWeights, type ModelClassName, modelClasses } from "../../models/classes.ts";
import { type Family, familyFacts, familyOf, isOpenClip } from "../../models/families.ts";
import { lookup } from "../../util/items.ts";
import { countOf } from "../../util/numbered.ts";
import type { ModelFiles } from "../files.ts";
import { otherForm, READ_MODELS } from "../other-forms.ts";
import { otherModel } from "../other-models.ts";
import { locationsOf } from "../read.ts";
import type { FileHeader, Model, ModelComponent, TensorLocation } from "../types.ts";
import { inferredComponent } from "./inferred.ts";
import { isInert } from "./leftovers.ts";
import { autoencoderRenames } from "./original-autoencoder.ts";
import { layersRun, openClipLayers, openClipRenames, openClipWeights } from "./original-text.ts";
import { controlNetRenames, originalDepth, unetRenames } from "./original-unet.ts";
import { type Renames, renameKey } from "./rename.ts";
import { singleFileIndex, singleFileScheduler } from "./single-file-pipeline.ts";
import { checkProjection, textNotes } from "./text-layers.ts";

type Weights = ReadonlyMap<string, TensorLocation>;
/** Weights under today's names, and the keys that no name is known for. */
interface Renamed {
  readonly weights: Weights;
  readonly strange: readonly string[];
}
interface Part {
  readonly prefix: string;
  readonly className: ModelClassName;
  readonly rename: (weights: Weights) => Renamed;
  /** Token that pads the prompts of a text encoder. */
  readonly padToken?: string;
  readonly openClip?: boolean;
}

function byTable(table: (keys: readonly string[]) => Renames): (weights: Weights) => Renamed {
  return (weights) => {
    const renames = table([...weights.keys()]);
    return collect(weights, (key, location) => {
      const current = renameKey(key, renames);
      return current === undefined ? undefined : [[current, location]];
    });
  };
}

function collect(
  weights: Weights,
  rename: (key: string, location: TensorLocation) => ReturnType<typeof openClipWeights>,
): Renamed {
  const current = new Map<string, TensorLocation>();
  const strange: string[] = [];
  for (const [key, location] of weights) {
    const renamed = rename(key, location);
    if (!renamed) strange.push(key);
    for (const [name, at] of renamed ?? []) {
      if (current.has(name)) throw twice(location.file.name, name, key);
      current.set(name, at);
    }
  }
  return { weights: current, strange };
}

const twice = (file: string, name: string, key: string) =>
  new AquatintError("checkpoint/keys", `${file} holds the weight ${name} twice, once as ${key}`, {
    hint: "use the file as it was published",
  });

/** Attention of an autoencoder is saved as convolutions of 1 x 1, whose bytes are those of a matrix. */
const autoencoder = (weights: Weights): Renamed => {
  const { weights: renamed, strange } = byTable(autoencoderRenames)(weights);
  const flat = Array.from(renamed, ([key, location]) => {
    const [out = 0, into = 0, ...kernel] = location.shape;
    const matrix = /\.attentions\.\d+\.to_/.test(key) && kernel.length === 2 && kernel.every((k) => k === 1);
    return [key, matrix ? { ...location, shape: [out, into] } : location] as const;
  });
  return { weights: new Map(flat), strange };
};

/** @param className of the text encoder: what its files hold beside its weights is left out. */
const clip =
  (className: "CLIPTextModel" | "CLIPTextModelWithProjection") =>
  (weights: Weights): Renamed => {
    const classTensors = classWeights(modelClasses[className], weights).weights;
    const width = classTensors.get("text_model.final_layer_norm.weight")?.shape[0];
    const layers = layersRun(countOf(classTensors.keys(), CLIP_LAYER), width, false);
    return collect(classTensors, (key, location) => {
      if (Number(CLIP_LAYER.exec(key)?.[1] ?? 0) >= layers) return [];
      const isWeight =
        /^text_model\.(embeddings|encoder|final_layer_norm)\./.test(key) || key === "text_projection.weight";
      return isWeight ? [[key, location]] : undefined;
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
    return collect(weights, (key, location) => openClipWeights(key, location, { table, layers, projection }));
  };

const unet = byTable((keys) => unetRenames(originalDepth(keys)));
const controlNet = byTable((keys) => controlNetRenames(originalDepth(keys)));
const clipText = { className: "CLIPTextModel", rename: clip("CLIPTextModel") } as const;
const clipText2 = {
  className: "CLIPTextModelWithProjection",
  rename: clip("CLIPTextModelWithProjection"),
  padToken: "!",
  openClip: true,
} as const;
const openClipText2 = {
  className: "CLIPTextModelWithProjection",
  rename: openClip(),
  padToken: "!",
  openClip: true,
} as const;

/** Parts of the original files, by the beginnings of their keys. */
const parts: readonly Part[] = [
  { prefix: "model.diffusion_model.", className: "UNet2DConditionModel", rename: unet },
  { prefix: "diffusion_model.", className: "UNet2DConditionModel", rename: unet },
  { prefix: "first_stage_model.", className: "AutoencoderKL", rename: autoencoder },
  { prefix: "vae.", className: "AutoencoderKL", rename: autoencoder },
  { prefix: "cond_stage_model.transformer.", ...clipText },
  { prefix: "conditioner.embedders.0.transformer.", ...clipText },
  {
    prefix: "cond_stage_model.model.",
    className: "CLIPTextModel",
    rename: openClip({ projection: false }),
    padToken: "!",
    openClip: true,
  },
  { prefix: "conditioner.embedders.0.model.", ...openClipText2 },
  { prefix: "conditioner.embedders.1.model.", ...openClipText2 },
  { prefix: "conditioner.embedders.1.transformer.", ...clipText2 },
  { prefix: "control_model.", className: "ControlNetModel", rename: controlNet },
];
/** Files of one network alone, by a key that all of them have. */
const bare: readonly (readonly [key: string, part: Part])[] = [
  ["encoder.down.0.block.0.conv1.weight", { prefix: "", className: "AutoencoderKL", rename: autoencoder }],
  ["input_hint_block.0.weight", { prefix: "", className: "ControlNetModel", rename: controlNet }],
  ["input_blocks.0.0.weight", { prefix: "", className: "UNet2DConditionModel", rename: unet }],
];

/** Tells whether a file's tensors have the names of the original single files. */
export const isSingleFile = ({ tensors }: SafetensorsHeader): boolean => partsOf(tensors.keys()).length > 0;

function partsOf(keys: Iterable<string>): readonly Part[] {
  const all = [...keys];
  const present = parts.filter(({ prefix }) => all.some((key) => key.startsWith(prefix)));
  if (present.length > 0) return present;
  const keySet = new Set(all);
  return bare
    .filter(([key]) => keySet.has(key))
    .slice(0, 1)
    .map(([, part]) => part);
}

/** Networks that were found in a file, by their components. */
interface FileNetworks {
  readonly networks: Map<string, { readonly className: ModelClassName; readonly weights: Weights }>;
  readonly padTokens: Map<string, string>;
  readonly openClip: Set<string>;
}

/** Reads an original single file. @throws AquatintError "checkpoint/keys" where a network has a tensor of a strange name. */
export function singleFileModel(file: FileHeader, { files }: { readonly files: ModelFiles }): Model {
  const { header } = file;
  const { name } = file.file;
  const form = otherForm(header.tensors.keys());
  if (form) throw new AquatintError("checkpoint/kind", `${name} is ${form}`, { hint: READ_MODELS });
  const present = partsOf(header.tensors.keys());
  const fileNetworks = networksOf(present, file);
  const unused = [...header.tensors.keys()].filter(
    (key) => !isInert(key) && !present.some(({ prefix }) => key.startsWith(prefix)),
  );
  checkProjection(name, fileNetworks.networks.get("text_encoder_2")?.weights);
  const { family, components } = configured(fileNetworks);
  const net = components.get("unet");
  const scheduler = family && net && singleFileScheduler(family, { ...header, config: net.config });
  if (scheduler) {
    const sample_size = familyFacts(family).trainedSize(scheduler["prediction_type"]);
    components.set("unet", { ...net, config: { ...net.config, sample_size } });
  }
  const index = singleFileIndex(family, net?.config);
  const notes = [...textNotes(name, family, components), ...averageNote(name, header, components)];
  const { padTokens } = fileNetworks;
  const rest = { padTokens, generation: undefined, metadata: header.metadata, unused, notes };
  return { name, files, layout: "single-file", family, components, scheduler, index, ...rest };
}

function networksOf(present: readonly Part[], file: FileHeader): FileNetworks {
  const { name } = file.file;
  const fileNetworks: FileNetworks = { networks: new Map(), padTokens: new Map(), openClip: new Set() };
  const locations = [...locationsOf(file)].filter(([key]) => !isInert(key));
  for (const { prefix, className, rename, padToken, openClip } of present) {
    const { component } = modelClasses[className];
    const tensors = locations.filter(([key]) => key.startsWith(prefix));
    const { weights, strange } = rename(new Map(tensors.map(([key, at]) => [key.slice(prefix.length), at])));
    if (strange.length > 0) throw strangeKeys(name, file.header, prefix + strange[0]);
    if (fileNetworks.networks.has(component)) throw twice(name, component, prefix);
    fileNetworks.networks.set(component, { className, weights });
    if (padToken) fileNetworks.padTokens.set(component, padToken);
    if (openClip) fileNetworks.openClip.add(component);
  }
  return fileNetworks;
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

function configured({ networks, openClip }: FileNetworks) {
  const pooled = networks.get("text_encoder_2")?.weights.get("text_projection.weight")?.shape[0];
  const infer = (component: string, family?: Family) => {
    const { className, weights } = lookup(networks, component);
    const isOpen = openClip.has(component) || isOpenClip(family, component);
    return inferredComponent(className, weights, { pooled, family, openClip: isOpen });
  };
  const network = ["unet", "controlnet"].find((component) => networks.has(component));
  const family = network === undefined ? undefined : familyOf(infer(network).config);
  const components = new Map<string, ModelComponent>();
  for (const component of networks.keys()) components.set(component, infer(component, family));
  return { family, components };
}
