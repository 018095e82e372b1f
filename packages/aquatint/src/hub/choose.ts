import { chooseWeights } from "../checkpoints/choose-weights.ts";
import { AquatintError } from "../errors.ts";

/** A file of a repository on the hub. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** Expected hash of its bytes: sha256 of a large file, git's sha1 of a small one. */
  readonly hash: { readonly kind: "sha256" | "git-sha1"; readonly hex: string };
}

/** Which of a repository's files are wanted. */
export interface ChooseOptions {
  readonly variant?: string | undefined;
  /** One file by its path, where the repository is a collection. */
  readonly file?: string | undefined;
}

/** Parts of a repository that no image needs. */
const skipped = /^(safety_checker|feature_extractor|image_encoder|flax|onnx|openvino)(\/|$)/;
const tokenizer = /^tokenizer(_\d+)?\/[\w.-]+\.(json|txt)$/;
const STEMS = ["diffusion_pytorch_model", "model"];

/**
 * The files that a pipeline needs, and no others: configs, tokenizers, and one form of the weights, safetensors only.
 * @throws AquatintError "checkpoint/pickle", "checkpoint/variant" or "hub/files" where there is no such form.
 */
export function chooseFiles(
  files: readonly HubFile[],
  repo: string,
  { variant, file }: ChooseOptions = {},
): readonly HubFile[] {
  if (file !== undefined) return [fileNamed(files, repo, file)];
  const paths = files.map(({ path }) => path);
  const isPipeline = paths.includes("model_index.json");
  const folders = new Set(
    paths.flatMap((path) =>
      path.endsWith("/config.json") && path.split("/").length === 2 ? [path.slice(0, -12)] : [],
    ),
  );
  const selection = new Set<string>();
  if (isPipeline) {
    for (const path of ["model_index.json", "scheduler/scheduler_config.json"]) selection.add(path);
    for (const path of paths) if (tokenizer.test(path)) selection.add(path);
    for (const folder of folders) if (!skipped.test(folder)) addNetwork(selection, paths, { repo, folder, variant });
  } else if (paths.includes("config.json")) addNetwork(selection, paths, { repo, folder: "", variant });
  else selection.add(onlyFile(paths, repo));
  return files.filter(({ path }) => selection.has(path));
}

function fileNamed(files: readonly HubFile[], repo: string, file: string): HubFile {
  const match = files.find(({ path }) => path === file);
  if (match) return match;
  throw new AquatintError("hub/files", `${repo} holds no file "${file}"`, {
    hint: listed(files.map(({ path }) => path)),
  });
}

interface NetworkFolder {
  readonly repo: string;
  readonly folder: string;
  readonly variant: string | undefined;
}

function addNetwork(selection: Set<string>, paths: readonly string[], { repo, folder, variant }: NetworkFolder): void {
  const prefix = folder ? `${folder}/` : "";
  const names = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  const stem =
    STEMS.find((name) => names.some((file) => file.startsWith(`${name}.`) || file.startsWith(`${name}-`))) ?? "model";
  const name = folder ? `${repo}/${folder}` : repo;
  const file = chooseWeights(names, { stem, name, variant });
  selection.add(`${prefix}config.json`).add(prefix + file);
  if (!file.endsWith(".json")) return;
  // "model.safetensors.index.fp16.json" has shards "model.fp16-00001-of-00002.safetensors" or "model-00001-of-00002.fp16.safetensors"
  const form = /\.index\.([\w-]+)\.json$/.exec(file)?.[1];
  for (const shard of names) {
    const parts = /^([^.]+?)(?:\.([\w]+))?-\d+-of-\d+(?:\.([\w-]+))?\.safetensors$/.exec(shard);
    if (parts && parts[1] === stem && (parts[2] ?? parts[3]) === form) selection.add(prefix + shard);
  }
}

function onlyFile(paths: readonly string[], repo: string): string {
  const weights = paths.filter((path) => path.endsWith(".safetensors"));
  const [first] = weights;
  if (first !== undefined && weights.length === 1) return first;
  const contents =
    weights.length === 0 ? "no safetensors file" : `${weights.length} safetensors files and no config.json`;
  throw new AquatintError("hub/files", `${repo} holds ${contents}`, {
    hint:
      weights.length === 0
        ? "choose a repository with safetensors weights"
        : `name one with --file: ${listed(weights)}`,
  });
}

const MAX_LISTED = 8;
const listed = (paths: readonly string[]): string =>
  `there are ${paths.slice(0, MAX_LISTED).join(", ")}${paths.length > MAX_LISTED ? " and more" : ""}`;
