import type { FolderOptions } from "../../checkpoints/folder.ts";
import { openModel } from "../../checkpoints/open.node.ts";
import { componentOf } from "../../checkpoints/open.ts";
import { parseMotionAdapterConfig } from "../../models/motion/index.ts";
import { expectKeys } from "../../nn/module.ts";
import { type MotionModules, motionParameters } from "./motion.ts";

/** Opens an AnimateDiff adapter: a folder with its config.json, or a file of its weights. @throws AquatintError "model/class" or CheckpointError. */
export async function openMotionModules(path: string, options: FolderOptions = {}): Promise<MotionModules> {
  const component = componentOf(await openModel(path, options), "MotionAdapter");
  const config = parseMotionAdapterConfig(component.config);
  expectKeys(path, motionParameters(config), component.weights);
  return { name: path, config, locations: component.weights };
}
