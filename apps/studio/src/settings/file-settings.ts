import { AquatintError } from "aquatint";
import { imageMetadata, imageTexts } from "aquatint/formats";
import { fromMetadata } from "aquatint/pipelines";
import { type RestoredSettings, restored } from "./recipe-settings.ts";
import type { Settings } from "./settings.ts";

/** A model, as images name it. */
export interface ModelName {
  readonly modelName: string;
  readonly modelHash: string | undefined;
}

/**
 * The settings in an image file of Aquatint or another program; undefined where it holds none.
 * @throws AquatintError for a damaged file.
 */
export async function fileSettings(
  file: File,
  { base, model }: { readonly base: Settings; readonly model: ModelName | undefined },
): Promise<RestoredSettings | undefined> {
  const { name } = file;
  const metadata = imageMetadata(await imageTexts(new Uint8Array(await file.arrayBuffer()), { name }));
  if (!metadata) return undefined;
  const request = fromMetadata(metadata, { name });
  const { settings, notes } = restored({ ...request.options, ...request.clip }, base);
  return { settings, notes: [...modelNotes(request, model), ...request.notes, ...notes] };
}

function modelNotes(
  { model, modelHash }: Pick<ReturnType<typeof fromMetadata>, "model" | "modelHash">,
  current: ModelName | undefined,
): readonly string[] {
  if (current?.modelHash && modelHash && current.modelHash.startsWith(modelHash.toLowerCase())) return [];
  return [
    `made by ${model ?? "a model without a name"}: the model of this page makes another image of the same settings`,
  ];
}

/** Whether an error only says that a file is no image with texts. */
export const isForeign = (error: unknown): boolean => error instanceof AquatintError && error.code === "image/unknown";
