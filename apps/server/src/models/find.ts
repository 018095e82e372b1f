import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { AquatintError } from "aquatint";
import { modelLabel } from "aquatint/node";
import type { CatalogOptions, ModelKind } from "./kinds.ts";
import { fileStamp } from "./stamp.ts";
import { variantOf } from "./variant.ts";

/** A file or folder of a model. */
export interface FoundFile {
  readonly kind: ModelKind;
  /** The name that requests give. */
  readonly name: string;
  /** Its path inside the folder of its kind, "anime/style.safetensors". */
  readonly fileName: string;
  readonly path: string;
  /** Variant of its weights, where the operator chose one. */
  readonly variant?: string | undefined;
  /** When a model was last changed or exchanged, in milliseconds since 1970. */
  readonly changedAt?: number | undefined;
}

/** Names of folders by kind, in lower case: of AUTOMATIC1111's web UI and Forge, and of ComfyUI. */
const folderKinds: Readonly<Record<string, ModelKind>> = {
  "stable-diffusion": "model",
  checkpoints: "model",
  diffusers: "model",
  lora: "lora",
  loras: "lora",
  lycoris: "lora",
  embeddings: "embedding",
  controlnet: "controlnet",
  vae: "vae",
  animatediff_models: "motion",
  animatediff_motion_modules: "motion",
  "motion-modules": "motion",
};
/** Folders of the web UI's extensions that hold files of their own. */
const extensionKinds: Readonly<Record<string, ModelKind>> = {
  "sd-webui-controlnet/models": "controlnet",
  "sd-webui-animatediff/model": "motion",
};
const MODEL_INDEX = "model_index.json";
const CONFIG = "config.json";
/** Folders below the folder of a kind that are looked into. */
const MAX_DEPTH = 3;

/**
 * The files of every kind, those named one by one first. Of files that have all their names in common the first counts.
 * @throws AquatintError "model/missing" for a path that is not there, "model/name" for two models of one name.
 */
export async function findFiles(options: CatalogOptions): Promise<readonly FoundFile[]> {
  const files = await namedFiles(options);
  return Promise.all(files.map((file) => (file.kind === "model" ? withState(file, options) : file)));
}

/** A model as it is on the disk: when it was changed, and with the chosen variant where it has that. */
async function withState(file: FoundFile, options: CatalogOptions): Promise<FoundFile> {
  const { text, changedAt } = await fileStamp(file.path);
  return { ...file, changedAt, variant: await variantOf(file.path, text, options) };
}

async function namedFiles({ models, folders }: CatalogOptions): Promise<readonly FoundFile[]> {
  const files = await Promise.all(models.map(singleModel));
  const single = distinct(files, ({ path }) => modelLabel(path));
  const twin = single.find(({ kind, name }, i) => single.slice(0, i).some((other) => isTwin(other, { kind, name })));
  if (twin) {
    throw new AquatintError("model/name", `two models have the name "${twin.name}", the second is ${twin.path}`, {
      hint: "rename one, or leave one out: requests name models by these names",
    });
  }
  const lists = await Promise.all(folders.map((folder) => rootFiles(resolve(folder))));
  const all = distinct([...single, ...lists.flat()], ({ fileName }) => fileName.replace(/\.(safetensors|sft)$/i, ""));
  return all.filter((file, i) => !all.slice(0, i).some((other) => isTwin(other, file)));
}

async function singleModel(path: string): Promise<FoundFile> {
  const full = resolve(path);
  if (!(await stat(full).catch(() => undefined))) {
    throw new AquatintError("model/missing", `there is no model ${full}`, {
      hint: "give a folder or a .safetensors file",
    });
  }
  const label = modelLabel(full);
  const name = label.split("/").at(-1) ?? label;
  return { kind: "model", name, fileName: basename(full), path: full };
}

/** A root may be the folder that holds "models", or that folder. */
async function rootFiles(root: string): Promise<readonly FoundFile[]> {
  const inside = await entriesOf(root);
  if (!inside)
    throw new AquatintError("model/missing", `there is no folder ${root}`, { hint: "give a folder of models" });
  const nested = inside.filter((entry) => !entry.isFile() && entry.name.toLowerCase() === "models");
  const parents = [root, ...nested.map((entry) => join(root, entry.name))];
  const extensions = Object.entries(extensionKinds).map(async ([name, kind]) => {
    const base = join(root, "extensions", name);
    return filesIn(base, { kind, base, depth: 0 });
  });
  const files = await Promise.all([...parents.map(kindFiles), ...extensions]);
  return files.flat();
}

async function kindFiles(parent: string): Promise<readonly FoundFile[]> {
  const folders = ((await entriesOf(parent)) ?? []).flatMap((entry) => {
    const kind = folderKinds[entry.name.toLowerCase()];
    return kind && !entry.isFile() ? [{ kind, path: join(parent, entry.name) }] : [];
  });
  const files = await Promise.all(folders.map(({ kind, path }) => filesIn(path, { kind, base: path, depth: 0 })));
  return files.flat();
}

interface Location {
  readonly kind: ModelKind;
  readonly base: string;
  readonly depth: number;
}

/** Weights in a folder and below it; a folder in the published layout is one model. */
async function filesIn(folder: string, { kind, base, depth }: Location): Promise<readonly FoundFile[]> {
  const entries = (await entriesOf(folder)) ?? [];
  const isModel =
    depth > 0 && entries.some(({ name }) => name === MODEL_INDEX || (kind !== "model" && name === CONFIG));
  if (isModel) return [foundFile(folder, kind, base)];
  const lists = entries.map(async (entry): Promise<readonly FoundFile[]> => {
    const path = join(folder, entry.name);
    if (/\.(safetensors|sft)$/i.test(entry.name)) return [foundFile(path, kind, base)];
    if (entry.isFile() || entry.name.startsWith(".") || depth >= MAX_DEPTH) return [];
    return filesIn(path, { kind, base, depth: depth + 1 });
  });
  return (await Promise.all(lists)).flat();
}

const foundFile = (path: string, kind: ModelKind, base: string): FoundFile => {
  const fileName = relative(base, path).replaceAll("\\", "/");
  return { kind, path, fileName, name: basename(path).replace(/\.(safetensors|sft)$/i, "") };
};

const entriesOf = async (folder: string) => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  return entries?.toSorted((a, b) => a.name.localeCompare(b.name));
};

type FileKey = Pick<FoundFile, "kind" | "name">;
const isTwin = (a: FileKey, b: FileKey): boolean => a.kind === b.kind && a.name.toLowerCase() === b.name.toLowerCase();

/** Of files of one kind and name all but the first get their longer names. */
function distinct(files: readonly FoundFile[], longer: (file: FoundFile) => string): readonly FoundFile[] {
  return files.map((file, i) =>
    files.slice(0, i).some((other) => isTwin(other, file)) ? { ...file, name: longer(file) } : file,
  );
}
