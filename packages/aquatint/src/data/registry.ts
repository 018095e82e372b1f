import { z } from "zod";
import { AquatintError } from "../errors.ts";
import type { Dataset } from "./dataset.ts";
import { digits } from "./digits/kind.ts";
import { emojiScenes, emojiSingles } from "./emoji/kinds.ts";
import { captionedFolder } from "./folder/kind.ts";
import type { DataSources, DatasetKind } from "./kind.ts";
import { latentPool } from "./pool/kind.ts";

/** Every kind of dataset, by the name that a config calls it. */
export const datasets = {
  "emoji-singles": emojiSingles,
  "emoji-scenes": emojiScenes,
  "captioned-folder": captionedFolder,
  digits,
  "latent-pool": latentPool,
} as const;

/** The config of any dataset, told apart by its `name`. */
export const datasetConfig = z.discriminatedUnion(
  "name",
  [emojiSingles.config, emojiScenes.config, captionedFolder.config, digits.config, latentPool.config],
  {
    error: ({ code }) => (code === "invalid_union" ? `expected one of ${Object.keys(datasets).join(", ")}` : undefined),
  },
);

/** A config with its defaults filled in. */
export type DatasetConfig = z.output<typeof datasetConfig>;

/** Checks a config and fills in its defaults. @throws AquatintError "config/invalid" that names the place. */
export function parseDatasetConfig(config: unknown): DatasetConfig {
  const result = datasetConfig.safeParse(config);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new AquatintError("config/invalid", `dataset: ${path.length ? `"${path.join(".")}": ` : ""}${message}`, {
    hint: "docs/training.md lists the datasets and their fields",
  });
}

/** The dataset of a config that was checked. */
export function createDataset(config: DatasetConfig, sources: DataSources): Promise<Dataset> {
  const kind: Pick<DatasetKind<typeof datasetConfig, unknown>, "create"> = datasets[config.name];
  return kind.create(config, sources);
}
