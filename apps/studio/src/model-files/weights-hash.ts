import type { Model } from "aquatint";

/** The U-Net's files, or the single file, in the order in which `aquatint generate` hashes them. */
function weightBlobs({ components }: Pick<Model, "components">): readonly Blob[] {
  const { weights } = components.get("unet") ?? {};
  const files = new Map<string, Blob>();
  for (const { file } of weights?.values() ?? []) if (file.blob) files.set(file.name, file.blob);
  const names = [...files.keys()].sort();
  return names.flatMap((name) => files.get(name) ?? []);
}

/**
 * SHA-256 by which images name a model of the visitor's, computed in a worker of its own, 64 hexadecimal digits; undefined where a file is
 * gone or the worker cannot start. Images are made meanwhile.
 */
export function weightsHash(model: Pick<Model, "components">): Promise<string | undefined> {
  const blobs = weightBlobs(model);
  if (blobs.length === 0) return Promise.resolve(undefined);
  const worker = new Worker(new URL("./hash.worker.ts", import.meta.url), { type: "module", name: "hash" });
  return new Promise<string | undefined>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<{ readonly hash?: string }>) => resolve(data.hash);
    worker.onerror = () => resolve(undefined);
    worker.postMessage(blobs);
  }).finally(() => worker.terminate());
}
