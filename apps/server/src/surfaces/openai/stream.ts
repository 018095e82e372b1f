import { AquatintError, decodePng } from "aquatint";
import { resized } from "aquatint/formats";
import { encodeImage, imageFormats } from "aquatint/node";
import type { SSEStreamingApi } from "hono/streaming";
import { jobError } from "../../jobs/errors.ts";
import { isFinal, type Job, shareOf } from "../../jobs/types.ts";
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

/** Writes up to `partial_images` previews at even distances, then the image. @throws AquatintError where the job fails. */
export async function streamImages(stream: SSEStreamingApi, input: StreamInput): Promise<void> {
  const { jobs, job, body, name, signal } = input;
  const partials = body.partial_images ?? 0;
  let sent = 0;
  const write = (type: string, data: object) =>
    stream.writeSSE({ event: type, data: JSON.stringify({ type, ...data }) });
  for await (const { job: now } of jobs.watch(job.owner, job.id, signal)) {
    if (isFinal(now.state)) return finish(now, input, write);
    const share = now.progress ? shareOf(now.progress) : 0;
    if (sent >= partials || share < (sent + 1) / (partials + 1)) continue;
    const image = await partialImage(now, input);
    if (image === undefined) continue;
    await write(`${name}.partial_image`, { ...describe(input), b64_json: image, partial_image_index: sent++ });
  }
}

async function finish(
  job: Job,
  input: StreamInput,
  write: (type: string, data: object) => Promise<void>,
): Promise<void> {
  if (job.error) throw jobError(job.error);
  const [file] = job.result?.files ?? [];
  if (!file) throw new AquatintError("job/canceled", "the job was canceled", { hint: "submit it again" });
  const { bytes, width, height } = await input.jobs.file(job.owner, job.id, 0);
  const ignored = ignoredFields(input.body);
  await write(`${input.name}.completed`, {
    ...describe(input),
    size: `${width}x${height}`,
    b64_json: base64(bytes),
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
