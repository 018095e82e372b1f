import type { TextToImageModel } from "aquatint";
import { modelHash } from "aquatint/node";
import { fileStamp } from "../models/stamp.ts";

const hashes = new Map<string, Promise<string | undefined>>();

/** The SHA-256 of a model's files, read once as long as they do not change. */
export async function cachedModelHash(model: Pick<TextToImageModel, "weightFiles">): Promise<string | undefined> {
  const key = JSON.stringify(await Promise.all((model.weightFiles ?? []).map((path) => fileStamp(path))));
  const hash = hashes.get(key) ?? modelHash(model).catch(() => undefined);
  hashes.set(key, hash);
  return hash;
}
