import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { AquatintError } from "../errors.ts";
import { resolveFrom } from "../util/require-from.node.ts";

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
  const candidates = modelPlaces(from);
  for (const candidate of candidates) {
    const folder = among
      .map((name) => join(candidate, name))
      .find((path) => existsSync(join(path, "model_index.json")));
    if (folder !== undefined) return folder;
  }
  if (candidates.length === 0)
    throw missing(`neither aquatint nor ${DEFAULT_MODEL_PACKAGE} is installed beside ${from}`);
  throw missing(`${candidates.join(" and ")} has no ${among.join(" or ")} folder with a model`);
}

/** The folder of the default model's motion adapter, beside the model's own. @throws AquatintError "video/motion" where there is none. */
export function defaultMotionFolder(model: string): string {
  const folder = join(dirname(model), "motion");
  if (existsSync(join(folder, "config.json"))) return folder;
  throw new AquatintError("video/motion", `the default model makes images: there is no motion adapter in ${folder}`, {
    hint: "name a checkpoint of Stable Diffusion and an adapter for it: --model PATH --motion PATH",
  });
}

/** The model's files in the packed `aquatint`, then its own package, which a clone of the repository has. */
function modelPlaces(from: string): string[] {
  const folderOf = (name: string): string[] => {
    try {
      return [dirname(resolveFrom(from, `${name}/package.json`))];
    } catch {
      return [];
    }
  };
  const packed = folderOf("aquatint").map((folder) => join(folder, "model-emoji"));
  return [...packed.filter(existsSync), ...folderOf(DEFAULT_MODEL_PACKAGE)];
}

const missing = (reason: string) =>
  new AquatintError("model/default-missing", `the default model is not here: ${reason}`, {
    hint: "keep aquatint out of the bundle, or name the folder of another model",
  });
