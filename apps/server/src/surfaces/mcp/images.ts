import { AquatintError } from "aquatint";
import { imageMetadata, imageTexts } from "aquatint/formats";
import { imageBytes } from "../../jobs/inputs.ts";
import type { ToolCall } from "./call.ts";

/** The name of a file of a job. */
export const imageName = (job: string, index: number): string => `${job}/${index}`;

/** The file of an image that a tool made, by its name, or the bytes of base64. @throws AquatintError. */
export async function readImage(text: string, field: string, { owner, tools }: ToolCall): Promise<Uint8Array> {
  const [, job, index] = /^([0-9a-f-]{36})\/(\d{1,3})$/.exec(text) ?? [];
  if (job === undefined) return imageBytes(text, field);
  return (await tools.jobs.file(owner, job, Number(index))).bytes;
}

/** The settings that a file says it was made with. @throws AquatintError "image/no-recipe" where it says none. */
export async function imageSettings(bytes: Uint8Array): Promise<object> {
  const metadata = imageMetadata(await imageTexts(bytes));
  if (metadata) return metadata;
  throw new AquatintError("image/no-recipe", "the image does not say how it was made", {
    hint: "many sites remove the metadata: take the file as it was saved",
  });
}
