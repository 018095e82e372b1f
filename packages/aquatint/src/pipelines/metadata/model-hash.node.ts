import { basename, extname, resolve, sep } from "node:path";
import { sha256 } from "../../formats/hash.node.ts";
import type { TextToImageModel } from "../model/model-folder.ts";

/**
 * Name of a model in an image's metadata: its repository's name in a hub's cache, a single file's name, else the last two names
 * of its folder's path. Where on a disk it lies is nobody's business.
 */
export function modelLabel(path: string): string {
  const parts = resolve(path).split(sep);
  const repository = parts.at(-2) === "snapshots" ? /^models--(.+?)--(.+)$/.exec(parts.at(-3) ?? "") : undefined;
  if (repository) return repository.slice(1).join("/");
  const extension = extname(path);
  return /^\.(safetensors|sft)$/i.test(extension) ? basename(path, extension) : parts.slice(-2).join("/");
}

/** SHA-256 of the files of a model's U-Net, or of its single file; undefined where it lies in none. */
export const modelHash = async ({ weightFiles }: Pick<TextToImageModel, "weightFiles">): Promise<string | undefined> =>
  weightFiles && sha256(weightFiles);
