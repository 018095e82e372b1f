import { AquatintError, messageOf } from "../errors.ts";
import { readText } from "../formats/files.node.ts";
import type { Dataset } from "./dataset.ts";
import { loadDigits } from "./digits/digits.node.ts";
import { openImageFolder } from "./folder/images.node.ts";
import type { DataSources } from "./kind.ts";
import { openLatentPool } from "./pool/open.node.ts";
import { createDataset, parseDatasetConfig } from "./registry.ts";

/** Options of using this machine's files for datasets. */
export interface NodeDataOptions extends Pick<DataSources, "cacheFolder"> {}

/** Sources of datasets, from this machine's files. */
export const nodeDataSources = ({ cacheFolder }: NodeDataOptions = {}): DataSources => ({
  cacheFolder,
  imageFolder: openImageFolder,
  digits: loadDigits,
  latentPool: openLatentPool,
});

/** The dataset of a config, with this machine's files. @throws AquatintError "config/invalid" that names the place. */
export const openDataset = async (config: unknown, options: NodeDataOptions = {}): Promise<Dataset> =>
  createDataset(await parseDatasetConfig(config), nodeDataSources(options));

/**
 * The dataset's part of a file that holds a run's configuration, or a dataset's alone; not checked yet.
 * @throws AquatintError "config/json" for what is not JSON.
 */
export async function readDatasetConfig(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    const json = JSON.parse(text) as { readonly dataset?: unknown };
    return json?.dataset ?? json;
  } catch (cause) {
    throw new AquatintError("config/json", `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
