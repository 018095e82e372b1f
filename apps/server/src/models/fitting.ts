import { openModel, openTextToImage } from "aquatint/node";
import type { ModelCatalog, ModelFile, ModelKind } from "./catalog.ts";

/** A model with the files that can be used with it. */
export interface FittingFiles {
  /** "sd1", "sdxl"; undefined where it is of no known one. */
  readonly family: string | undefined;
  readonly loras: readonly string[];
  readonly embeddings: readonly string[];
  readonly controlNets: readonly string[];
}

/** Results by the paths of two files, as long as the server runs: a file that is exchanged is listed as it was. */
const fits = new Map<string, Promise<boolean>>();
const families = new Map<string, Promise<string | undefined>>();

const remembered = <T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
};

const familyOf = ({ path }: ModelFile): Promise<string | undefined> =>
  remembered(families, path, () =>
    openModel(path).then(
      ({ family }) => family,
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
  const opens = (kind: "loras" | "embeddings") => (file: ModelFile) =>
    remembered(fits, `${model.path}\n${file.path}`, () =>
      openTextToImage(model.path, { [kind]: [{ file: file.path }] }).then(
        () => true,
        () => false,
      ),
    );
  return {
    family,
    loras: await names("lora", opens("loras")),
    embeddings: await names("embedding", opens("embeddings")),
    controlNets: await names("controlnet", async (file) => {
      const other = await familyOf(file);
      return other === undefined || family === undefined || other === family;
    }),
  };
}
