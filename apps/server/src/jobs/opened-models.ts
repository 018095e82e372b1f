import type { TextToImageModel } from "aquatint";
import { type GenerateOptions, openTextToImage } from "aquatint/node";

/** The files that a model is opened from. */
type ModelPaths = Pick<GenerateOptions, "model" | "vae" | "loras" | "embeddings">;

interface Opened {
  readonly at: number;
  readonly model: Promise<TextToImageModel>;
  /** Pixels x images of the largest job that is known to fit into memory in the fastest way. */
  fitting: number;
}

/** Milliseconds after which a model is opened again, so that files that were exchanged are seen. */
const REOPEN_MS = 30_000;
const MAX_MODELS = 16;
const models = new Map<string, Opened>();

/** A model for checks of requests: opening one takes longer than all else that is checked. */
export function openedModel({ model, vae, loras = [], embeddings = [] }: ModelPaths): Opened {
  const key = JSON.stringify([model, vae, loras, embeddings]);
  const entry = models.get(key);
  if (entry && Date.now() - entry.at < REOPEN_MS) return entry;
  const opened: Opened = {
    at: Date.now(),
    model: openTextToImage(model ?? "", { vae, loras, embeddings }),
    fitting: 0,
  };
  opened.model.catch(() => models.delete(key));
  models.set(key, opened);
  for (const oldest of [...models.keys()].slice(0, Math.max(0, models.size - MAX_MODELS))) models.delete(oldest);
  return opened;
}
