import { autoencoder } from "./autoencoder/kind.ts";
import { clip } from "./clip/kind.ts";
import { denoising } from "./denoising/kind.ts";
import { distillation } from "./distillation/kind.ts";
import type { TaskKind } from "./kind.ts";
import { motion } from "./motion/kind.ts";

/** Kinds of tasks, by the `task` of a configuration. */
export type TaskKinds = Readonly<Record<string, TaskKind>>;

/** The kinds of tasks that this package has itself. */
export const tasks: TaskKinds = { autoencoder, clip, denoising, distillation, motion };

/** The task of a configuration that names none. */
export const DEFAULT_TASK = "denoising";
