import type { FolderOptions } from "../../checkpoints/folder.ts";
import { openModel } from "../../checkpoints/open.node.ts";
import { type MotionModules, motionModules } from "./motion.ts";

/** Opens an AnimateDiff adapter: a folder with its config.json, or a file of its weights. @throws AquatintError "model/class" or CheckpointError. */
export const openMotionModules = async (path: string, options: FolderOptions = {}): Promise<MotionModules> =>
  motionModules(await openModel(path, options));
