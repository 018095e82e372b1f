import { AquatintError, decodePng } from "aquatint";
import { resized } from "aquatint/formats";
import { encodeImage, imageFormats } from "aquatint/node";
import type { SSEStreamingApi } from "hono/streaming";
import { jobError } from "../../jobs/errors.ts";
import { filesOf, isFinal, type Job } from "../../jobs/types.ts";
import type { SurfaceTools } from "../surface.ts";
import { base64, type ImagesBody, ignoredFields } from "./request.ts";

/** What is streamed. */
export interface StreamInput {
  readonly jobs: SurfaceTools["jobs"];
  readonly job: Job;
  readonly body: ImagesBody;
  /** Beginning of the events' names. */
  readonly name: "image_generation" | "image_edit";
  readonly signal: AbortSignal;
}

type Write = (type: "partial_image" | "completed", fields: object) => Promise<void>;

/**
 * Writes up to `partial_images` previews of each image at even distances, and each image when it is finished. OpenAI's events do
 * not say which image they belong to: `image_index` is a field of ours. @throws AquatintError where the job fails.
 */
export async function streamImages(stream: SSEStreamingApi, input: StreamInput): Promise<void> {
  const { jobs, job, name, signal } = input;
  const write: Write = async (event, fields) => {
    const type = `${name}.${event}`;
    await stream.writeSSE({ event: type, data: JSON.stringify({ type, ...describe(input), ...fields }) });
  };
  const partials = partialWriter(input, write);
  let completed = 0;
  for await (const { job: now } of jobs.watch(job.owner, job.id, signal)) {
    for (const files = filesOf(now); completed < files.length; completed++) await writeImage(completed, input, write);
    if (!isFinal(now.state)) await partials(now);
    else if (now.error) throw jobError(now.error);
    else if (now.state === "canceled" || completed === 0)
      throw new AquatintError("job/canceled", "the job was canceled", { hint: "submit it again" });
  }
}

/** Writes the preview of a running job where the image under way is due one. */
function partialWriter(input: StreamInput, write: Write): (job: Job) => Promise<void> {
  const partials = input.body.partial_images ?? 0;
  let [image, sent] = [0, 0];
  return async (job) => {
    const { progress } = job;
    if (!progress || progress.image >= progress.images) return;
    if (progress.image !== image) [image, sent] = [progress.image, 0];
    if (sent >= partials || progress.step / progress.steps < (sent + 1) / (partials + 1)) return;
    const b64_json = await partialImage(job, input);
    if (b64_json === undefined) return;
    await write("partial_image", { b64_json, partial_image_index: sent++, image_index: image });
  };
}

async function writeImage(index: number, { jobs, job, body }: StreamInput, write: Write): Promise<void> {
  const { bytes, width, height, seed } = await jobs.file(job.owner, job.id, index);
  const ignored = ignoredFields(body);
  await write("completed", {
    ...{ size: `${width}x${height}`, b64_json: base64(bytes), image_index: index, seed },
    usage: {
      input_tokens: 0,
      output_tokens: 0,
      total_tokens: 0,
      input_tokens_details: { image_tokens: 0, text_tokens: 0 },
    },
    ...(ignored.length > 0 && { ignored }),
  });
}

const describe = ({ job, body }: StreamInput) => ({
  created_at: Math.floor(job.createdAt.getTime() / 1000),
  size: body.size ?? "auto",
  quality: body.quality ?? "auto",
  background: "opaque",
  output_format: body.output_format ?? "png",
});

/** The preview in the size and format of the image. */
async function partialImage(job: Job, { jobs, body }: StreamInput): Promise<string | undefined> {
  const preview = await jobs.preview(job.owner, job.id);
  if (!preview) return undefined;
  const image = await decodePng(preview);
  const [width = image.width, height = image.height] = /^\d/.test(body.size ?? "")
    ? (body.size ?? "").split("x").map(Number)
    : [];
  const format = imageFormats[body.output_format ?? "png"];
  return base64(await encodeImage(resized(image, { width, height }), { format }));
}
