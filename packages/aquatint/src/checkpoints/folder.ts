import { AquatintError } from "../errors.ts";
import { currentKeys } from "../formats/safetensors/renamed-keys.ts";
import { classWeights, modelClass, modelClasses } from "../models/classes.ts";
import { familyOf } from "../models/families.ts";
import type { JsonObject } from "../util/json.ts";
import { chooseWeights, weightsFiles } from "./choose-weights.ts";
import { fileName, type ModelFiles, pathIn } from "./files.ts";
import { otherForm, READ_MODELS } from "./other-forms.ts";
import { type HeaderReader, headerReader, locationsOf, optional, readJson } from "./read.ts";
import type { FileHeader, Model, ModelComponent, TensorLocation } from "./types.ts";

/** Options of a folder that may hold more than one form of its weights. */
export interface FolderOptions {
  /**
   * The form's name: "fp16", "non_ema". The one without a name when absent, or the only one there is. In Node also a file of
   * `aquatint quantize`, which ends in ".safetensors".
   */
  readonly variant?: string | undefined;
}

/** Components that no image needs. */
const skipped = new Set(["safety_checker", "feature_extractor", "image_encoder", "watermark", "watermarker"]);
/** Components that an image needs: one of an unknown class is refused. */
const needed = /^(unet|vae|text_encoder(_\d)?|transformer|prior|decoder)$/;
const classNames = Object.keys(modelClasses).join(", ");

/** The file of a model's own choices. */
export const GENERATION = "generation_config.json";
const INDEX = "model_index.json";
const CONFIG = "config.json";

/** Options of reading the weights of a folder. */
interface ComponentReading extends FolderOptions {
  readonly headers: HeaderReader;
}

/** Opens a folder in the published layout: a whole model (model_index.json) or one network (config.json). */
export async function folderModel(
  files: ModelFiles,
  { variant, headers = headerReader(files) }: Partial<ComponentReading> = {},
): Promise<Model> {
  const options: ComponentReading = { variant, headers };
  const { name } = files;
  const shared = { name, files, index: {}, padTokens: new Map(), metadata: {} };
  const index = await optional(readJson(files, INDEX));
  if (index) {
    const { components, ...rest } = await readComponents(files, index, options);
    const scheduler = await optional(readJson(files, "scheduler/scheduler_config.json"));
    const generation = await optional(readJson(files, GENERATION));
    const family = familyAmong(components);
    return { ...shared, ...rest, layout: "folder", family, components, scheduler, generation, index };
  }
  const config = await optional(readJson(files, CONFIG));
  // a training run has a config.json, too, which names no class
  if (!config || !("_class_name" in config || "architectures" in config)) throw await noModel(files);
  const { component, unused } = await readComponent(files, { ...options, folder: "", config });
  const components = new Map([[modelClass(component.className)?.component ?? component.className, component]]);
  const rest = { unused, notes: [], scheduler: undefined, generation: undefined };
  return { ...shared, ...rest, layout: "component", family: familyAmong(components), components };
}

/** The refusal of a folder that is no model's; a training run's holds one. */
async function noModel(files: ModelFiles): Promise<AquatintError> {
  const inside = (await files.list("model")) ?? [];
  const isRun = inside.includes(INDEX) || inside.includes(CONFIG);
  const hint = isRun
    ? `it holds a model of its own, as a training run does: ${fileName(files, "model")}`
    : "give the folder of a model, the one that holds model_index.json, or a .safetensors file";
  return new AquatintError(
    "model/not-a-model",
    `${files.name} is not a model folder: it has no ${INDEX} and no ${CONFIG} of a network`,
    { hint },
  );
}

function familyAmong(components: ReadonlyMap<string, ModelComponent>) {
  const network = components.get("unet") ?? components.get("controlnet");
  return network && familyOf(network.config);
}

async function readComponents(files: ModelFiles, index: JsonObject, options: ComponentReading) {
  const components = new Map<string, ModelComponent>();
  const unused: string[] = [];
  const notes: string[] = [];
  for (const [folder, entry] of Object.entries(index)) {
    const className = Array.isArray(entry) ? (entry as readonly unknown[])[1] : undefined;
    if (typeof className !== "string" || skipped.has(folder)) continue;
    if (!modelClass(className)) {
      if (/Tokenizer|Scheduler|FeatureExtractor|ImageProcessor/.test(className)) continue;
      if (needed.test(folder)) throw unknownClass(files.name, index, { folder, className });
      notes.push(`${files.name}: its ${folder.slice(0, 80)} (${className.slice(0, 80)}) is not used`);
      continue;
    }
    if (!/^\w+$/.test(folder)) {
      const message = `${fileName(files, INDEX)} names a part "${folder.slice(0, 80)}"`;
      throw new AquatintError("checkpoint/folder", message);
    }
    const config = await readJson(files, pathIn(folder, CONFIG));
    const read = await readComponent(files, { ...options, folder, className, config });
    components.set(folder, read.component);
    unused.push(...read.unused.map((key) => `${folder}.${key}`));
  }
  return { components, unused, notes };
}

function unknownClass(
  name: string,
  { _class_name: pipeline }: JsonObject,
  { folder, className }: { readonly folder: string; readonly className: string },
) {
  const kind = typeof pipeline === "string" ? `is a ${pipeline.slice(0, 80)} and ` : "";
  const message = `${name} ${kind}needs ${folder} of the class ${className.slice(0, 80)}`;
  return new AquatintError("checkpoint/class", message, {
    hint: `${READ_MODELS}: networks of the classes ${classNames}`,
  });
}

interface ComponentOptions extends ComponentReading {
  readonly folder: string;
  readonly className?: string;
  readonly config: JsonObject;
}

/** One network's weights under today's names, and the tensors beside them. */
async function readComponent(files: ModelFiles, options: ComponentOptions) {
  const { folder, config, variant, headers, className = classOf(config) } = options;
  const name = folder === "" ? files.name : fileName(files, folder);
  const entry = modelClass(className);
  if (!entry) {
    throw new AquatintError("checkpoint/class", `${name} holds a ${JSON.stringify(className.slice(0, 80))}`, {
      hint: `known are ${classNames}`,
    });
  }
  const choice = { stem: entry.weightsFile, name, variant, headers };
  const tensors = await readWeightsFile(files, folder, choice);
  const form = otherForm(tensors.keys());
  if (form) throw new AquatintError("checkpoint/kind", `${name} is ${form}`, { hint: READ_MODELS });
  const { weights, unused } = classWeights(entry, currentKeys(tensors, { name }));
  const component: ModelComponent = { className, config, weights };
  return { component, unused };
}

function classOf({ _class_name, architectures }: JsonObject): string {
  const first: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  return String(_class_name ?? first);
}

type Choice = Parameters<typeof chooseWeights>[1] & Pick<ComponentReading, "headers">;

/** The tensors of the form of the weights that is chosen; where folders cannot be listed, the usual names are tried. */
async function readWeightsFile(
  files: ModelFiles,
  folder: string,
  choice: Choice,
): Promise<Map<string, TensorLocation>> {
  const names = await files.list(folder);
  const read = (file: string) =>
    file.endsWith(".json")
      ? readShards(files, { folder, index: file, headers: choice.headers })
      : choice.headers(pathIn(folder, file)).then(locationsOf);
  if (names) return read(chooseWeights(names, choice));
  for (const file of weightsFiles(choice)) {
    const tensors = await optional(read(file));
    if (tensors) return tensors;
  }
  return read(chooseWeights([], choice));
}

/** Weights that lie in several files of one folder. */
async function readShards(
  files: ModelFiles,
  { folder, index, headers }: { readonly folder: string; readonly index: string; readonly headers: HeaderReader },
): Promise<Map<string, TensorLocation>> {
  const path = pathIn(folder, index);
  const { weight_map: map } = await readJson(files, path);
  const wrong = (detail: string, hint = "fetch the model again") =>
    new AquatintError("checkpoint/shards", `${fileName(files, path)}: ${detail}`, { hint });
  if (typeof map !== "object" || map === null || Array.isArray(map)) throw wrong(`"weight_map" is not a JSON object`);
  const shards = new Map<string, ReadonlyMap<string, TensorLocation>>();
  const weights = new Map<string, TensorLocation>();
  for (const [key, shard] of Object.entries(map as JsonObject)) {
    if (typeof shard !== "string" || !/^[\w-][\w.-]{0,200}\.safetensors$/.test(shard)) {
      throw wrong(
        `the weight ${key.slice(0, 100)} lies in ${String(JSON.stringify(shard)).slice(0, 100)}`,
        "a shard is a .safetensors file of the same folder",
      );
    }
    const tensors: ReadonlyMap<string, TensorLocation> =
      shards.get(shard) ?? locationsOf(await headers(pathIn(folder, shard)));
    shards.set(shard, tensors);
    const location = tensors.get(key);
    if (!location) throw wrong(`${shard} does not hold the weight ${key.slice(0, 100)}`);
    weights.set(key, location);
  }
  return weights;
}

/** A weights file that was named by itself but belongs to a folder: its config lies beside it. */
export async function besideConfig({ file }: FileHeader, files: ModelFiles): Promise<boolean> {
  const stem = file.name.split("/").at(-1)?.split(/[.-]/)[0];
  return (
    Object.keys(modelClasses).some((name) => modelClass(name)?.weightsFile === stem) &&
    ((await files.list(""))?.includes(CONFIG) ?? false)
  );
}
