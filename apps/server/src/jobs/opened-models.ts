import type { TextToImageModel } from "aquatint";
import { type GenerateOptions, openTextToImage } from "aquatint/node";
import { fileStamp } from "../models/stamp.ts";

/** The files that a model is opened from. */
type ModelPaths = Pick<GenerateOptions, "model" | "variant" | "vae" | "loras" | "embeddings">;

/** A model for checks of requests. */
export interface OpenedModel {
  readonly model: TextToImageModel;
  /**
   * True if a job of this size, pixels x images, fits into memory in the fastest way: what is no larger than one that fits
   * does. `check` plans the memory, for one job at a time.
   */
  fits(size: number, check: () => Promise<boolean>): Promise<boolean>;
}

interface Entry {
  readonly opened: Promise<OpenedModel>;
  readonly stamps: Promise<string>;
  checkedAt: number;
}

/** Milliseconds that files are taken to be as they were. */
const RECHECK_MS = 5000;
const MAX_MODELS = 16;
const entries = new Map<string, Entry>();

/** Opens a model once as long as its files do not change: that takes longer than all else that is checked of a request. */
export async function openedModel({
  model = "",
  variant,
  vae,
  loras = [],
  embeddings = [],
}: ModelPaths): Promise<OpenedModel> {
  const key = JSON.stringify([model, variant, vae, loras, embeddings]);
  const entry = entries.get(key);
  if (entry && (await isCurrent(entry))) return entry.opened;
  const opening = openTextToImage(model, { variant, vae, loras, embeddings });
  const opened = opening.then((value) => ({ model: value, fits: sizeCheck() }));
  const next = { opened, stamps: opening.then(stampsOf), checkedAt: Date.now() };
  entries.delete(key);
  entries.set(key, next);
  next.stamps.catch(() => entries.delete(key));
  for (const oldest of [...entries.keys()].slice(0, Math.max(0, entries.size - MAX_MODELS))) entries.delete(oldest);
  return opened;
}

async function isCurrent(entry: Entry): Promise<boolean> {
  if (Date.now() - entry.checkedAt < RECHECK_MS) return true;
  entry.checkedAt = Date.now();
  const { model } = await entry.opened;
  return (await stampsOf(model)) === (await entry.stamps);
}

/** The stamps of every file of weights, LoRAs and the like among them. */
async function stampsOf({ locations }: TextToImageModel): Promise<string> {
  const paths = new Set(Array.from(locations.values(), ({ file }) => file.path ?? file.name));
  const stamps = await Promise.all(Array.from(paths, (path) => fileStamp(path)));
  return stamps.map(({ text }) => text).join("\n");
}

/** Remembers the largest size that fits; checks run one after the other, so that many requests at once need one. */
function sizeCheck(): OpenedModel["fits"] {
  let fitting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return (size, check) => {
    const next = last.then(async () => {
      if (size <= fitting) return true;
      if (!(await check())) return false;
      fitting = size;
      return true;
    });
    last = next.catch(() => {});
    return next;
  };
}
