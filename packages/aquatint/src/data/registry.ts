import { z } from "zod";
import { AquatintError } from "../errors.ts";
import { itemAt, lookup } from "../util/items.ts";
import { type PackagePart, packageWith } from "../util/optional-package.ts";
import { packageParts } from "../util/packages.ts";
import type { Dataset } from "./dataset.ts";
import { digits } from "./digits/kind.ts";
import { captionedFolder } from "./folder/kind.ts";
import type { DataSources, DatasetKinds } from "./kind.ts";
import { latentPool } from "./pool/kind.ts";

/** The kinds of datasets that this package has itself. */
export const ownDatasets: DatasetKinds = {
  "captioned-folder": captionedFolder,
  digits,
  "latent-pool": latentPool,
};

/** Every package with kinds of datasets. */
export const datasetPackages: readonly PackagePart<{ readonly datasets: DatasetKinds }>[] = packageParts("datasets");

/** The name of every kind of dataset, of packages first. */
export const datasetNames: readonly string[] = [
  ...datasetPackages.flatMap(({ names }) => names),
  ...Object.keys(ownDatasets),
];

const nameOf = (config: unknown): unknown => (config as { readonly name?: unknown } | null | undefined)?.name;

/**
 * The kinds that a config can mean: this package's own, and those of the package that its `name` belongs to.
 * @throws AquatintError "package/missing" where that package is not installed.
 */
export async function datasetKindsFor(config: unknown, packages = datasetPackages): Promise<DatasetKinds> {
  const source = await packageWith(packages, { kind: "dataset", name: nameOf(config) });
  return source ? { ...source.datasets, ...ownDatasets } : ownDatasets;
}

/** Every kind, of all packages too. @throws AquatintError "package/missing" where one of them is not installed. */
export async function allDatasetKinds(): Promise<DatasetKinds> {
  const kinds = await Promise.all(datasetNames.map((name) => datasetKindsFor({ name })));
  return Object.assign({}, ...kinds);
}

/** A config with its defaults filled in; what else it holds is its kind's. */
export type DatasetConfig = { readonly name: string } & Readonly<Record<string, unknown>>;

/** The schema of a config of one of some kinds, told apart by its `name`; of other kinds only the name is known. */
export function datasetSchema(kinds: DatasetKinds): z.ZodType<DatasetConfig> {
  const options = datasetNames.map((name) => kinds[name]?.config ?? z.looseObject({ name: z.literal(name) }));
  const union = z.discriminatedUnion("name", options as [(typeof options)[0], ...typeof options], {
    error: ({ code }) => (code === "invalid_union" ? `expected one of ${datasetNames.join(", ")}` : undefined),
  });
  return union as z.ZodType<DatasetConfig>;
}

/** Checks a config and fills in its defaults. @throws AquatintError "config/invalid" that names the place. */
export async function parseDatasetConfig(config: unknown): Promise<DatasetConfig> {
  const result = datasetSchema(await datasetKindsFor(config)).safeParse(config);
  if (result.success) return result.data;
  const { path, message } = itemAt(result.error.issues, 0);
  throw new AquatintError("config/invalid", `dataset: ${path.length ? `"${path.join(".")}": ` : ""}${message}`, {
    hint: "docs/training.md lists the datasets and their fields",
  });
}

/** The dataset of a config that was checked. */
export async function createDataset(config: DatasetConfig, sources: DataSources): Promise<Dataset> {
  const kinds = await datasetKindsFor(config);
  return lookup(kinds, config.name).create(config, sources);
}
