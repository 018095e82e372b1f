import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { ExternalData } from "../compiler/onnx/emit.ts";
import { AquatintError } from "../errors.ts";
import { fileError, readSafetensorsHeader, readText } from "../formats/files.node.ts";
import { MAX_JSON } from "../formats/json.ts";
import type { HostTensor } from "../graph/types.ts";
import { type Embedding, embeddingOf } from "./embedding.ts";
import { type CheckpointSource, type FolderOptions, folderCheckpoint } from "./folder.ts";
import { identify } from "./identify.ts";
import { otherModel, READ_MODELS } from "./other-models.ts";
import { bareCheckpoint } from "./single-file/bare.ts";
import { type FileHeader, singleFileCheckpoint } from "./single-file/single-file.ts";
import type { Checkpoint, WeightPlace } from "./types.ts";
import { externalWeight, isMappable, weightOf } from "./weights.ts";

/** A folder of this machine's disk; a path or a link that leaves it is refused before anything is read. */
export async function diskSource(folder: string): Promise<CheckpointSource> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw fileError("read", folder, cause);
  });
  const home = linkHome(root);
  const inside = async (path: string): Promise<string> => {
    const file = resolve(root, path);
    if (leaves(root, file)) throw outside(folder, path);
    const real = await realpath(file).catch((cause: unknown) => {
      throw fileError("read", join(folder, path), cause);
    });
    if (leaves(home, real)) throw outside(folder, path);
    return real;
  };
  return {
    name: folder,
    async list(path) {
      const real = await inside(path).catch((error: unknown) => {
        if (error instanceof AquatintError && error.code === "file/missing") return undefined;
        throw error;
      });
      const entries = real === undefined ? [] : await readdir(real).catch(() => []);
      return entries.sort();
    },
    async readText(path) {
      const file = await inside(path);
      const { size } = await stat(file);
      if (size > MAX_JSON)
        throw new AquatintError("model/json", `${join(folder, path)} has ${size} bytes, at most ${MAX_JSON} are read`);
      return readText(file);
    },
    async readHeader(path) {
      const file = await inside(path);
      return { file, header: await readSafetensorsHeader(file) };
    },
  };
}

/** Where the links of a folder may lead: into it, or into the repository of a hub's cache whose snapshot it is. */
function linkHome(root: string): string {
  const parts = root.split(sep);
  const at = parts.lastIndexOf("snapshots");
  const repository = parts[at - 1];
  return at > 0 && repository?.startsWith("models--") ? parts.slice(0, at).join(sep) : root;
}

function leaves(root: string, file: string): boolean {
  const path = relative(root, file);
  return path.split(/[\\/]/)[0] === ".." || isAbsolute(path);
}

const outside = (folder: string, path: string) =>
  new AquatintError("file/outside", `"${path.slice(0, 200)}" leaves the folder ${folder}`, {
    hint: "copy the file into the folder, or open the folder that it lies in",
  });

/**
 * Opens a checkpoint: a folder in the published layout, an original single file, or a file of one network. Only
 * headers and configs are read. @throws AquatintError that says what the file is instead.
 */
export async function openCheckpoint(path: string, options: FolderOptions = {}): Promise<Checkpoint> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fileError("read", path, cause);
  });
  if (found.isDirectory()) return folderCheckpoint(await diskSource(path), options);
  return fileCheckpoint(await openFileHeader(path), { ...options, path });
}

/** The same for a file whose header is read already; `path` is its name as the caller gave it. @throws AquatintError likewise. */
export async function fileCheckpoint(
  file: FileHeader,
  { path, ...options }: FolderOptions & { readonly path: string },
): Promise<Checkpoint> {
  const { kind } = identify(file.header);
  if (kind === "single-file") return singleFileCheckpoint(file, { name: path });
  if (kind === "component") {
    const names = await readdir(dirname(file.file));
    // a file of a folder in the published layout, named by itself: its config lies beside it
    if (names.includes("config.json") && /^(diffusion_pytorch_)?model[.-]/.test(basename(path))) {
      const variant = /^[^.]+\.([\w-]+)\.safetensors$/.exec(basename(path))?.[1];
      return folderCheckpoint(await diskSource(dirname(path)), { ...options, variant });
    }
    return bareCheckpoint(file, { name: path });
  }
  const other = otherModel(file.header.tensors.keys());
  const what = {
    lora: "a LoRA",
    embedding: "a textual-inversion embedding",
    unknown: other ?? "no model that is known",
  };
  throw new AquatintError("checkpoint/kind", `${path} is ${what[kind]}, expected a model`, {
    hint: kind === "unknown" ? READ_MODELS : "aquatint inspect FILE says what a file holds",
  });
}

/** A safetensors file with its checked header; links are followed. */
export async function openFileHeader(path: string): Promise<FileHeader> {
  const file = await realpath(path).catch((cause: unknown) => {
    throw fileError("read", path, cause);
  });
  return { file, header: await readSafetensorsHeader(file) };
}

/** The weights as float32 values, one after the other, each file opened once: never is more than one read ahead. */
export async function* readWeights(
  weights: ReadonlyMap<string, WeightPlace>,
): AsyncGenerator<readonly [key: string, value: HostTensor]> {
  for await (const [key, data, place] of readBytesOf(weights)) yield [key, weightOf(data, place, key)];
}

/** Their bytes as they lie in the files, likewise. */
export async function* readBytesOf(
  weights: ReadonlyMap<string, WeightPlace>,
): AsyncGenerator<readonly [key: string, data: Uint8Array, place: WeightPlace]> {
  const files = new Map<string, FileHandle>();
  try {
    for (const [key, place] of weights) {
      const file = files.get(place.file) ?? (await open(place.file, "r"));
      files.set(place.file, file);
      const data = new Uint8Array(place.length);
      const { bytesRead } = await file.read(data, 0, data.length, place.offset);
      if (bytesRead !== place.length) throw changed(place.file);
      yield [key, data, place];
    }
  } catch (cause) {
    throw cause instanceof AquatintError ? cause : fileError("read", weights.values().next().value?.file ?? "", cause);
  } finally {
    for (const file of files.values()) await file.close();
  }
}

const changed = (file: string) =>
  new AquatintError("checkpoint/changed", `${file} is shorter than its header said when it was opened`, {
    hint: "do not write to a model that is in use; open it again",
  });

/** Weights ready for `compile`, and the folder that the mapped ones are relative to. */
export interface BoundWeights {
  readonly values: ReadonlyMap<string, HostTensor | ExternalData>;
  readonly weightsFolder?: string;
}

/** The weights as constants of a program: float32 of the commonest folder stays in its file, all else is widened. */
export async function bindWeights(weights: ReadonlyMap<string, WeightPlace>): Promise<BoundWeights> {
  const folder = commonest([...weights.values()].filter(isMappable).map(({ file }) => dirname(file)));
  const values = new Map<string, HostTensor | ExternalData>();
  const rest = new Map<string, WeightPlace>();
  for (const [key, place] of weights) {
    if (folder !== undefined && isMappable(place) && dirname(place.file) === folder) {
      values.set(key, externalWeight(place, { folder }));
    } else rest.set(key, place);
  }
  for await (const [key, value] of readWeights(rest)) values.set(key, value);
  return { values, ...(folder !== undefined && { weightsFolder: folder }) };
}

function commonest(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Opens a textual-inversion embedding. */
export async function openEmbedding(path: string): Promise<Embedding> {
  return embeddingOf(await openFileHeader(path), { name: path });
}
