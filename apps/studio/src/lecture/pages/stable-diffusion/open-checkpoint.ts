import { AquatintError, type TextToImageModel, type TextToImageNetwork, type TextToImageOptions } from "aquatint";
import type { TextToImagePlan } from "aquatint/pipelines";
import { engineThreads } from "../../../engine/device.ts";
import type { FileSet } from "../../../model-files/file-set.ts";

/** A model, and the networks for an image of a plan. */
export interface OpenedCheckpoint {
  readonly model: TextToImageModel;
  networkFor(plan: TextToImagePlan, options: TextToImageOptions): Promise<TextToImageNetwork>;
  release(): Promise<void>;
}

/** Opens a visitor's checkpoint in a worker, as the studio does: within the memory of this browser. @throws AquatintError */
export async function openCheckpoint(files: FileSet): Promise<OpenedCheckpoint> {
  const { checkReadable, loadSource } = await import("../../../model-files/load-source.ts");
  const source = { model: files, loras: [], embeddings: [], controls: [] };
  await checkReadable(source);
  const { model, forms } = await loadSource(source, {
    device: "wasm",
    threads: engineThreads(navigator.hardwareConcurrency),
    openDefault: () => Promise.reject(new AquatintError("studio/no-model", "there is no checkpoint to open")),
  });
  const { networks } = forms.last();
  return { model, networkFor: (plan, options) => networks.forImage(plan, options), release: networks.release };
}
