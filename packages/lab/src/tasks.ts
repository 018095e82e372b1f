import type { TaskKinds } from "aquatint/train";
import { classification } from "./tasks/classification/kind.ts";
import { gan } from "./tasks/gan/kind.ts";
import { vae } from "./tasks/vae/kind.ts";

/** The kinds of training tasks that this package adds to `aquatint`. */
export const tasks: TaskKinds = { classification, gan, vae };
