import type { ModelFiles } from "aquatint";
import { fetchManifest, storedModel } from "../../engine/hosted/model-files.ts";
import { browserPieces } from "../../engine/hosted/pieces.ts";

/** Files of a folder of the page's host, whose address is `root`: from the browser's store or from the network. */
export async function hostedFolder(name: string, root: string): Promise<ModelFiles> {
  const base = `${root}${name}/`;
  const store = await browserPieces();
  return storedModel(await fetchManifest(base, store), { base, store, onProgress: () => {} });
}

/** A folder among files as files of its own. */
export function filesIn(files: ModelFiles, folder: string): ModelFiles {
  const inside = (path: string) => (path === "" ? folder : `${folder}/${path}`);
  return {
    name: `${files.name}/${folder}`,
    list: (path) => files.list(inside(path)),
    size: (path) => files.size(inside(path)),
    read: (path, range) => files.read(inside(path), range),
  };
}
