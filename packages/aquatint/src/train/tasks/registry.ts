import { autoencoder } from "./autoencoder/task.ts";
import { classification } from "./classification/task.ts";
import { clip } from "./clip/task.ts";
import { denoising } from "./denoising/task.ts";
import { gan } from "./gan/task.ts";
import type { TaskKind } from "./kind.ts";
import { vae } from "./vae/task.ts";

/** Every kind of task, by the `task` of a configuration. */
export const tasks: Readonly<Record<string, TaskKind>> = { autoencoder, classification, clip, denoising, gan, vae };

/** The task of a configuration that names none. */
export const DEFAULT_TASK = "denoising";
