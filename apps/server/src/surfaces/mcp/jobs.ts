import { AquatintError } from "aquatint";
import { jobError } from "../../jobs/errors.ts";
import type { JobKind } from "../../jobs/kind.ts";
import { isFinal, type Job } from "../../jobs/types.ts";
import { base64 } from "../openai/request.ts";
import type { ToolCall, ToolContent } from "./call.ts";
import { imageName } from "./images.ts";

/** Makes the images of a request; where the caller leaves, its job is canceled. @throws AquatintError, ZodError. */
export async function drawn(
  kind: JobKind,
  input: Readonly<Record<string, unknown>>,
  call: ToolCall,
): Promise<ToolContent> {
  const { owner, tools } = call;
  const set = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const submitted = await tools.jobs.submit({ owner, surface: "mcp", kind, request: kind.schema.parse(set) });
  const { id, model, state, error, result } = await ended(submitted, call);
  if (error) throw jobError(error);
  if (state === "canceled")
    throw new AquatintError("job/canceled", "the job was canceled", { hint: "call the tool again" });
  const files = result?.files ?? [];
  const images = files.map(async ({ type }, i) => ({
    data: base64((await tools.jobs.file(owner, id, i)).bytes),
    mimeType: type,
  }));
  const entries = files.map(({ seed, width, height, infotext }, i) => {
    return { image: imageName(id, i), seed, width, height, settings: infotext };
  });
  return { images: await Promise.all(images), value: { model, images: entries } };
}

async function ended({ id }: Job, { owner, tools: { jobs }, signal, progress }: ToolCall): Promise<Job> {
  for await (const { job } of jobs.watch(owner, id, signal)) {
    if (isFinal(job.state)) return job;
    if (job.progress) await progress(job.progress);
  }
  await jobs.stop(owner, id, "cancel");
  throw new AquatintError("job/left", "the caller left before the job ended", { hint: "call the tool again" });
}
