import { openModel, openTextToImage } from "aquatint/node";
import type { ModelCatalog, ModelFile, ModelKind } from "./catalog.ts";
import { remembered } from "./remembered.ts";
import { fileStamp } from "./stamp.ts";

/** A model with the files that can be used with it. */
export interface FittingFiles {
  /** "sd1", "sdxl"; undefined where it is of no known one. */
  readonly family: string | undefined;
  readonly loras: readonly string[];
  readonly embeddings: readonly string[];
  readonly controlNets: readonly string[];
  readonly vaes: readonly string[];
  /** What the model was trained at and takes where a request says nothing; undefined where it cannot be opened. */
  readonly settings: ModelSettings | undefined;
}

/** A model's own settings. */
export interface ModelSettings {
  /** Side of the images that it was trained at, and the unit of all sides, in pixels. */
  readonly sampleSize: number;
  readonly multiple: number;
  readonly steps: number;
  readonly guidance: number;
  readonly sampler: string;
}

/** Results by the stamps of two files: one that is exchanged is opened again. */
const fits = new Map<string, Promise<boolean>>();
const families = new Map<string, Promise<string | undefined>>();
const settings = new Map<string, Promise<ModelSettings | undefined>>();

/** A file's stamp, and its variant. */
const stampOf = async ({ path, variant = "" }: ModelFile): Promise<string> =>
  `${variant} ${(await fileStamp(path)).text}`;

const familyOf = async (file: ModelFile): Promise<string | undefined> =>
  remembered(families, await stampOf(file), () =>
    openModel(file.path, { variant: file.variant }).then(
      ({ family }) => family,
      () => undefined,
    ),
  );

const settingsOf = async (file: ModelFile): Promise<ModelSettings | undefined> =>
  remembered(settings, await stampOf(file), () =>
    openTextToImage(file.path, { variant: file.variant }).then(
      ({ modules: { sampleSize, multiple }, generation: { steps, guidance }, scheduler }) => ({
        ...{ sampleSize, multiple, steps, guidance },
        sampler: scheduler.sampler.name,
      }),
      () => undefined,
    ),
  );

/** Opens each file for the model, headers alone: one that is for another family cannot be. */
export async function fittingFiles(model: ModelFile, catalog: ModelCatalog): Promise<FittingFiles> {
  const family = await familyOf(model);
  const names = async (kind: ModelKind, isFitting: (file: ModelFile) => Promise<boolean>) => {
    const files = await catalog.list(kind);
    const fitting = await Promise.all(files.map(isFitting));
    return files.flatMap(({ name }, i) => (fitting[i] ? [name] : []));
  };
  const { path, variant } = model;
  const stamp = await stampOf(model);
  const opens = (kind: "loras" | "embeddings") => async (file: ModelFile) =>
    remembered(fits, `${stamp}\n${await stampOf(file)}`, () =>
      openTextToImage(path, { variant, [kind]: [{ file: file.path }] }).then(
        () => true,
        () => false,
      ),
    );
  return {
    family,
    settings: await settingsOf(model),
    vaes: await names("vae", async (file) =>
      remembered(fits, `${stamp}\n${await stampOf(file)}`, () =>
        openTextToImage(path, { variant, vae: file.path }).then(
          () => true,
          () => false,
        ),
      ),
    ),
    loras: await names("lora", opens("loras")),
    embeddings: await names("embedding", opens("embeddings")),
    controlNets: await names("controlnet", async (file) => {
      const other = await familyOf(file);
      return other === undefined || family === undefined || other === family;
    }),
  };
}
