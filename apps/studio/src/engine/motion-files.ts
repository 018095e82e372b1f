import { AquatintError, blobFiles, type ModelFiles } from "aquatint";
import { fetchManifest, type ModelProgress, storedModel } from "./model-files.ts";
import { browserPieces } from "./pieces.ts";
import type { MotionSource } from "./protocol.ts";

/** The files of a motion adapter: the visitor's, or else the host's. @throws AquatintError "studio/motion" where there is none. */
export function motionFiles(
  { base, file }: MotionSource,
  onProgress: (progress: ModelProgress) => void,
): Promise<ModelFiles> {
  if (file) return Promise.resolve(blobFiles(file)); // no folder: its weights tell the config
  return hostFiles(base, onProgress);
}

async function hostFiles(base: string, onProgress: (progress: ModelProgress) => void): Promise<ModelFiles> {
  const store = await browserPieces();
  const manifest = await fetchManifest(base, store).catch((error: unknown) => {
    const code = error instanceof AquatintError ? error.code : "";
    throw code === "studio/missing" || code === "studio/manifest" ? noMotion() : error;
  });
  return storedModel(manifest, { base, store, onProgress });
}

const noMotion = () =>
  new AquatintError("studio/motion", "this page has no motion adapter, which a clip needs besides the model", {
    hint: "open the file of an adapter that was made for the model; the default model's own is not trained yet",
  });
