import type { GenerationParameters } from "aquatint/pipelines";
import type { StoredImage } from "../gallery/gallery-database.ts";
import { call } from "./call.ts";

/** A file of a job, as the server describes it. */
export interface ServerFile {
  readonly url: string;
  readonly type: string;
  readonly seed: number | string;
  readonly width: number;
  readonly height: number;
  readonly infotext: string;
  readonly favorite: boolean;
}

/** A job, as the server describes it. */
export interface ServerJob {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  readonly state: "queued" | "running" | "done" | "failed" | "canceled";
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly request: Readonly<Record<string, unknown>>;
  readonly files: readonly ServerFile[];
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null;
}

/** The id of a file in the gallery: its job and its number. */
export const imageId = (job: string, index: number): string => `${job}/${index}`;

/** The job of an image. */
export const jobOf = (id: string): string => id.split("/")[0] ?? id;

/** The number of an image among the files of its job. */
export const numberOf = (id: string): number => Number(id.split("/")[1] ?? 0);

/** The file of a job with the recipe in it. */
export async function readFile(job: ServerJob, index: number, signal?: AbortSignal): Promise<StoredImage> {
  const png = await (await call(`v1/jobs/${job.id}/files/${index}`, { signal })).blob();
  const recipe = (await fileRecipe(png)) ?? listedRecipe(job, index);
  return {
    ...{
      id: imageId(job.id, index),
      created: createdAt(job, index),
      recipe,
      png,
      favorite: job.files[index]?.favorite ?? false,
    },
    ...(recipe["frames"] !== undefined && { poster: await firstFrame(png) }),
  };
}

async function fileRecipe(file: Blob): Promise<GenerationParameters | undefined> {
  const { imageTexts } = await import("aquatint/formats");
  const { aquatint } = await imageTexts(new Uint8Array(await file.arrayBuffer()));
  return aquatint === undefined ? undefined : (JSON.parse(aquatint) as GenerationParameters);
}

/** The first frame of a clip as a file of its own. */
async function firstFrame(clip: Blob): Promise<Blob> {
  const { pngBlob, readImage } = await import("aquatint/web");
  return pngBlob(await readImage(clip));
}

/** Files of one job are in the order of their numbers. */
export const createdAt = ({ finishedAt, createdAt: created }: ServerJob, index: number): number =>
  Date.parse(finishedAt ?? created) + index;

/** The recipe of a file as far as the job says it, until the file is read. */
export function listedRecipe({ request, model, files }: ServerJob, index: number): GenerationParameters {
  const { seed = 0, width = 0, height = 0, infotext = "" } = files[index] ?? {};
  const scale = (request["hires"] as { readonly scale?: number } | undefined)?.scale ?? 1;
  const line = infotext.slice(infotext.lastIndexOf("\nSteps: ") + 1);
  const number = (name: string) => Number(new RegExp(`\\b${name}: ([\\d.]+)`).exec(line)?.[1] ?? 0);
  return {
    prompt: "",
    negative: "",
    sampler: /\bSampler: ([^,]+)/.exec(line)?.[1] ?? "",
    ...request,
    ...{ seed, model },
    ...{ steps: number("Steps"), guidance: number("CFG scale") },
    ...{ width: Math.round(width / scale), height: Math.round(height / scale) },
  } as GenerationParameters;
}
