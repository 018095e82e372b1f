import { AquatintError } from "../errors.ts";
import { parseJsonObject } from "../formats/json.ts";
import { currentKeys } from "../formats/safetensors/renamed-keys.ts";
import { otherForm, READ_MODELS } from "./other-models.ts";
import { familyOf } from "./single-file/infer-config.ts";
import { classWeights } from "./single-file/leftovers.ts";
import type { FileHeader } from "./single-file/single-file.ts";
import type { Checkpoint, CheckpointComponent, JsonObject, WeightPlace } from "./types.ts";

/** A folder of a model's files, wherever it is; no path leaves it. */
export interface CheckpointSource {
  readonly name: string;
  /** The names in a folder below; empty where there is none. */
  list(folder: string): Promise<readonly string[]>;
  /** A text file. @throws AquatintError "file/…". */
  readText(path: string): Promise<string>;
  /** A safetensors file's header. @throws AquatintError "file/…" or "safetensors/…". */
  readHeader(path: string): Promise<FileHeader>;
}

/** What is chosen where a folder holds more than one form of its weights. */
export interface FolderOptions {
  /** The form's name: "fp16", "non_ema". The one without a name when absent, or the only one there is. */
  readonly variant?: string | undefined;
}

/** What is known of a class of networks. */
interface NetworkClass {
  /** Of its file's name. */
  readonly stem: string;
  /** What a network is called that stands alone. */
  readonly component: string;
}

/** The classes of networks that are opened. */
const classes: Readonly<Record<string, NetworkClass>> = {
  AutoencoderKL: { stem: "diffusion_pytorch_model", component: "vae" },
  AutoencoderTiny: { stem: "diffusion_pytorch_model", component: "vae" },
  CLIPTextModel: { stem: "model", component: "text_encoder" },
  CLIPTextModelWithProjection: { stem: "model", component: "text_encoder_2" },
  ControlNetModel: { stem: "diffusion_pytorch_model", component: "controlnet" },
  UNet2DConditionModel: { stem: "diffusion_pytorch_model", component: "unet" },
  UNet2DModel: { stem: "diffusion_pytorch_model", component: "unet" },
};
const classNamed = (name: string): NetworkClass | undefined =>
  Object.hasOwn(classes, name) ? classes[name] : undefined;
/** Components that no image needs. */
const skipped = new Set(["safety_checker", "feature_extractor", "image_encoder", "watermark", "watermarker"]);
/** Components that an image needs: one of an unknown class is refused. */
const needed = /^(unet|vae|text_encoder(_\d)?|transformer|prior|decoder)$/;

/** Whether an image needs a component of a model's folder. */
export const isNeeded = (component: string): boolean => !skipped.has(component);

const inside = (folder: string, file: string): string => (folder ? `${folder}/${file}` : file);
const readObject = async (source: CheckpointSource, path: string): Promise<JsonObject> =>
  parseJsonObject(await source.readText(path), { name: `${source.name}/${path}` });

/** What a folder in the published layout holds: a whole model (model_index.json) or one network (config.json). */
export async function folderCheckpoint(source: CheckpointSource, options: FolderOptions = {}): Promise<Checkpoint> {
  const names = await source.list("");
  const { name } = source;
  const found = { name, index: {}, padTokens: new Map(), metadata: {} };
  if (names.includes("model_index.json")) {
    const index = await readObject(source, "model_index.json");
    const { components, ...rest } = await readComponents(source, index, options);
    const scheduler = names.includes("scheduler")
      ? await readObject(source, "scheduler/scheduler_config.json")
      : undefined;
    return { ...found, ...rest, layout: "folder", family: familyAmong(components), components, scheduler, index };
  }
  if (names.includes("config.json")) {
    const { component, unused } = await readComponent(source, "", options);
    const components = new Map([[classNamed(component.className)?.component ?? component.className, component]]);
    const rest = { unused, notes: [], scheduler: undefined };
    return { ...found, ...rest, layout: "component", family: familyAmong(components), components };
  }
  throw new AquatintError("checkpoint/folder", `${name} holds no model_index.json and no config.json`, {
    hint: "give the folder of a model, or a .safetensors file",
  });
}

function familyAmong(components: ReadonlyMap<string, CheckpointComponent>) {
  const network = components.get("unet") ?? components.get("controlnet");
  return network && familyOf(network.config);
}

async function readComponents(source: CheckpointSource, index: JsonObject, options: FolderOptions) {
  const components = new Map<string, CheckpointComponent>();
  const unused: string[] = [];
  const notes: string[] = [];
  for (const [component, entry] of Object.entries(index)) {
    const className = Array.isArray(entry) ? (entry as readonly unknown[])[1] : undefined;
    if (typeof className !== "string" || !isNeeded(component)) continue;
    if (!classNamed(className)) {
      if (/Tokenizer|Scheduler|FeatureExtractor|ImageProcessor/.test(className)) continue;
      if (needed.test(component)) throw unknownClass(source.name, index, { component, className });
      notes.push(`${source.name}: its ${component.slice(0, 80)} (${className.slice(0, 80)}) is not used`);
      continue;
    }
    if (!/^\w+$/.test(component)) {
      throw new AquatintError(
        "checkpoint/folder",
        `${source.name}/model_index.json names a part "${component.slice(0, 80)}"`,
      );
    }
    const read = await readComponent(source, component, { ...options, className });
    components.set(component, read.component);
    unused.push(...read.unused.map((key) => `${component}.${key}`));
  }
  return { components, unused, notes };
}

function unknownClass(
  name: string,
  { _class_name: pipeline }: JsonObject,
  { component, className }: { readonly component: string; readonly className: string },
) {
  const kind = typeof pipeline === "string" ? `is a ${pipeline.slice(0, 80)} and ` : "";
  const found = `${name} ${kind}needs ${component} of the class ${className.slice(0, 80)}`;
  return new AquatintError("checkpoint/class", found, {
    hint: `${READ_MODELS}: networks of the classes ${Object.keys(classes).join(", ")}`,
  });
}

interface ComponentOptions extends FolderOptions {
  readonly className?: string;
}

/** One network's config and the places of its weights, under today's names, and the tensors beside them. */
async function readComponent(source: CheckpointSource, folder: string, options: ComponentOptions) {
  const config = await readObject(source, inside(folder, "config.json"));
  const className = options.className ?? classOf(config);
  const stem = classNamed(className)?.stem;
  const name = inside(source.name, folder);
  if (stem === undefined) {
    throw new AquatintError("checkpoint/class", `${name} holds a ${JSON.stringify(className.slice(0, 80))}`, {
      hint: `known are ${Object.keys(classes).join(", ")}`,
    });
  }
  const file = chooseWeights(await source.list(folder), { stem, name, variant: options.variant });
  const path = inside(folder, file);
  const tensors = file.endsWith(".json")
    ? await readShards(source, folder, path)
    : placesOf(await source.readHeader(path));
  const form = otherForm(tensors.keys());
  if (form) throw new AquatintError("checkpoint/kind", `${name} is ${form}`, { hint: READ_MODELS });
  const { weights, unused } = classWeights(className, currentKeys(tensors, { name }));
  const component: CheckpointComponent = { className, config, weights };
  return { component, unused };
}

function classOf({ _class_name, architectures }: JsonObject): string {
  const first: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  return String(_class_name ?? first);
}

/** Whose file is chosen. */
export interface FileChoice {
  readonly stem: string;
  readonly name: string;
  readonly variant: string | undefined;
}

/** The file of a network's weights, or the index of its shards. */
export function chooseWeights(files: readonly string[], { stem, name, variant }: FileChoice): string {
  const forms = new Map<string, string>();
  for (const file of files) {
    const whole = /^([^.]+)(?:\.([\w-]+))?\.safetensors$/.exec(file);
    const sharded = /^([^.]+)\.safetensors\.index(?:\.([\w-]+))?\.json$/.exec(file);
    const [, found, form = ""] = sharded ?? whole ?? [];
    // a shard is reached through its index
    if (found === stem && !/-\d+-of-\d+$/.test(form)) forms.set(form, file);
  }
  const only = forms.size === 1 ? [...forms.values()][0] : undefined;
  const file = variant === undefined ? (forms.get("") ?? only) : forms.get(variant);
  if (file !== undefined) return file;
  throw missingWeights(files, { name, variant, forms: [...forms.keys()] });
}

/** The refusal of a folder that lacks the wanted form of its weights. */
export function missingWeights(
  files: readonly string[],
  {
    name,
    variant,
    forms,
  }: { readonly name: string; readonly variant: string | undefined; readonly forms: readonly string[] },
): AquatintError {
  if (forms.length > 0) {
    const wanted =
      variant === undefined ? "no weights without a variant's name" : `no weights of the variant "${variant}"`;
    const known = forms.map((form) => (form === "" ? "the one without a name" : `"${form}"`)).join(", ");
    return new AquatintError("checkpoint/variant", `${name} holds ${wanted}`, { hint: `there are: ${known}` });
  }
  const pickle = files.find((file) => /\.(bin|ckpt|pt|pth)$/i.test(file));
  if (pickle === undefined) {
    return new AquatintError("checkpoint/weights", `${name} holds no weights, expected a .safetensors file`, {
      hint: "fetch the model again: aquatint pull REPO",
    });
  }
  const found = `the weights in ${name} are a Python pickle (${pickle}), which can run any code while it is read, so it is never opened`;
  return new AquatintError("checkpoint/pickle", found, {
    hint: "take the .safetensors files of the same model, or convert it once with the safetensors package in Python",
  });
}

const placesOf = ({ file, header }: FileHeader): Map<string, WeightPlace> =>
  new Map(Array.from(header.tensors, ([key, entry]) => [key, { ...entry, file }]));

/** Weights that lie in several files of one folder. */
async function readShards(source: CheckpointSource, folder: string, path: string): Promise<Map<string, WeightPlace>> {
  const { weight_map: map } = await readObject(source, path);
  const wrong = (found: string, hint = "fetch the model again") =>
    new AquatintError("checkpoint/shards", `${source.name}/${path}: ${found}`, { hint });
  if (typeof map !== "object" || map === null || Array.isArray(map)) throw wrong(`"weight_map" is no JSON object`);
  const shards = new Map<string, Map<string, WeightPlace>>();
  const weights = new Map<string, WeightPlace>();
  for (const [key, shard] of Object.entries(map as JsonObject)) {
    if (typeof shard !== "string" || !/^[\w-][\w.-]{0,200}\.safetensors$/.test(shard)) {
      throw wrong(
        `the weight ${key.slice(0, 100)} lies in ${String(JSON.stringify(shard)).slice(0, 100)}`,
        "a shard is a .safetensors file of the same folder",
      );
    }
    const places = shards.get(shard) ?? placesOf(await source.readHeader(inside(folder, shard)));
    shards.set(shard, places);
    const place = places.get(key);
    if (!place) throw wrong(`${shard} does not hold the weight ${key.slice(0, 100)}`);
    weights.set(key, place);
  }
  return weights;
}
