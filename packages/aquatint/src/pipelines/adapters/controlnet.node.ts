import type { FolderOptions } from "../../checkpoints/folder.ts";
import { openModel } from "../../checkpoints/open.node.ts";
import type { TextToImageModel } from "../model/model-folder.ts";
import type { ControlNet } from "./controlnet.ts";

/** Opens a ControlNet: a folder with its config.json, or a file of its weights. @throws AquatintError "control/kind" or CheckpointError. */
export async function openControlNet(path: string, options: FolderOptions = {}): Promise<ControlNet> {
  const model = await openModel(path, options);
  const { controlNetOf } = await import("./controlnet.ts");
  return controlNetOf({ ...model, name: path });
}

/** The model with the ControlNets at these paths beside its U-Net; one that is named twice is opened once. */
export async function withControlNets(model: TextToImageModel, paths: readonly string[]): Promise<TextToImageModel> {
  if (paths.length === 0) return model;
  const { addControlNets } = await import("./controlnet.ts");
  const opened = new Map<string, ControlNet>();
  for (const path of paths) opened.set(path, opened.get(path) ?? (await openControlNet(path)));
  return addControlNets(
    model,
    paths.map((path) => opened.get(path)!),
  );
}
