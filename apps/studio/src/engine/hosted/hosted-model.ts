import { openModel } from "aquatint";
import { modelBytes, weightsHash } from "./manifest.ts";
import { fetchManifest, type ModelProgress, storedModel } from "./model-files.ts";
import { browserPieces } from "./pieces.ts";

/** A model of the page's host, from the browser's store or from the network. `base` is the address of its folder. */
export async function hostedModel(base: string, onProgress: (progress: ModelProgress) => void) {
  const store = await browserPieces();
  const manifest = await fetchManifest(base, store);
  const stored = { damaged: 0, isKept: store.isLasting };
  const files = await storedModel(manifest, {
    ...{ base, store },
    onProgress(progress) {
      Object.assign(stored, progress);
      onProgress(progress);
    },
  });
  const published = await openModel(files);
  const facts = { modelHash: weightsHash(manifest), modelBytes: modelBytes(manifest) };
  const info = { ...facts, modelName: manifest.name, isModelKept: stored.isKept, damagedPieces: stored.damaged };
  return { published, info };
}
