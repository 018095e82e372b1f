import { autoencoder } from "./autoencoder/kind.ts";
import { classification } from "./classification/kind.ts";
import { clip } from "./clip/kind.ts";
import { denoising } from "./denoising/kind.ts";
import { distillation } from "./distillation/kind.ts";
import { gan } from "./gan/kind.ts";
import type { TaskKind } from "./kind.ts";
import { vae } from "./vae/kind.ts";

/** Every kind of task, by the `task` of a configuration. */
export const tasks: Readonly<Record<string, TaskKind>> = {
  autoencoder,
  classification,
  clip,
  denoising,
  distillation,
  gan,
  vae,
};

/** The task of a configuration that names none. */
export const DEFAULT_TASK = "denoising";
