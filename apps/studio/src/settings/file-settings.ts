import { AquatintError } from "aquatint";
import { imageMetadata, imageTexts } from "aquatint/formats";
import { fromMetadata } from "aquatint/pipelines";
import { stemOf } from "../model-files/file-set.ts";
import { type RestoredSettings, restored } from "./recipe-settings.ts";
import type { Settings } from "./settings.ts";

/** A model, as images name it. */
export interface ModelName {
  readonly modelName: string;
  /** Undefined while it is computed. */
  readonly modelHash: string | undefined;
}

/** The page's settings and models, by which a file is judged. */
export interface FileSettingsContext {
  readonly base: Settings;
  /** The model that draws. */
  readonly model: ModelName | undefined;
  /** Others that the visitor has on the page. */
  readonly models?: readonly ModelName[] | undefined;
}

/**
 * The settings in an image file of Aquatint or another program; undefined where it holds none.
 * @throws AquatintError for a damaged file.
 */
export async function fileSettings(file: File, context: FileSettingsContext): Promise<RestoredSettings | undefined> {
  const { name } = file;
  return textSettings(await imageTexts(new Uint8Array(await file.arrayBuffer()), { name }), { name, ...context });
}

type Texts = Parameters<typeof imageMetadata>[0];

/** The settings in texts of an image; `name` stands for them in errors. Undefined where they hold none. @throws AquatintError. */
export function textSettings(
  texts: Texts,
  { name, base, model, models = [] }: FileSettingsContext & { readonly name: string },
): RestoredSettings | undefined {
  const metadata = imageMetadata(texts);
  if (!metadata) return undefined;
  const request = fromMetadata(metadata, { name });
  const { settings, notes } = restored({ ...request.options, ...request.clip }, base);
  return { settings, notes: [...modelNotes(request, { model, models }), ...request.notes, ...notes] };
}

type RequestModel = Pick<ReturnType<typeof fromMetadata>, "model" | "modelHash">;

function modelNotes(
  { model, modelHash: hash = "" }: RequestModel,
  { model: current, models }: { readonly model: ModelName | undefined; readonly models: readonly ModelName[] },
): readonly string[] {
  const isHash = ({ modelHash = "" }: ModelName) => hash !== "" && modelHash.startsWith(hash.toLowerCase());
  const isName = ({ modelName }: ModelName) => modelName.toLowerCase() === stemOf(model ?? "").toLowerCase();
  if (current && isHash(current)) return [];
  if (current && isName(current) && (hash === "" || current.modelHash === undefined)) {
    const reason = hash === "" ? "the image holds no hash of it" : "the hash of this page's file is still computed";
    return [`made by ${model}, which this page's model is called, too: ${reason}, so they may differ`];
  }
  const other = models.find(isHash);
  const advice = other
    ? `it is among your files as ${other.modelName}: choose it in the settings`
    : "the model of this page makes another image of the same settings";
  return [`made by ${model ?? "a model without a name"}: ${advice}`];
}

/** Whether an error only says that a file is no image with texts. */
export const isForeign = (error: unknown): boolean => error instanceof AquatintError && error.code === "image/unknown";
