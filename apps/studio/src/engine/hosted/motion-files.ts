import { AquatintError, blobFiles, type ModelFiles } from "aquatint";
import type { MotionSource } from "../protocol.ts";
import { modelBytes } from "./manifest.ts";
import { fetchManifest, type ModelProgress, storedModel } from "./model-files.ts";
import { browserPieces } from "./pieces.ts";

type OnProgress = (progress: ModelProgress) => void;
type MotionFiles = { readonly files: ModelFiles; readonly bytes: number };

/** The files of a motion adapter: the visitor's, or else the host's. @throws AquatintError "studio/motion" where there is none. */
export async function motionFiles({ base, file }: MotionSource, onProgress: OnProgress): Promise<MotionFiles> {
  if (file) return { files: blobFiles(file), bytes: file.size }; // no folder: its weights tell the config
  return hostFiles(base, onProgress);
}

async function hostFiles(base: string, onProgress: OnProgress): Promise<MotionFiles> {
  const store = await browserPieces();
  const manifest = await fetchManifest(base, store).catch((error: unknown) => {
    const code = error instanceof AquatintError ? error.code : "";
    throw code === "studio/missing" || code === "studio/manifest" ? noMotion() : error;
  });
  return { files: await storedModel(manifest, { base, store, onProgress }), bytes: modelBytes(manifest) };
}

const noMotion = () =>
  new AquatintError("studio/motion", "this page has no motion adapter, which a clip needs besides the model", {
    hint: "open the file of an adapter that was made for the model",
  });
