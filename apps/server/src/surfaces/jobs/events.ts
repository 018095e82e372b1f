import type { SSEStreamingApi } from "hono/streaming";
import type { JobService, JobUpdate } from "../../jobs/service.ts";
import { isFinal } from "../../jobs/types.ts";
import { jobJson } from "./job-json.ts";

/** Milliseconds between comments that keep a quiet stream open. */
const KEEP_ALIVE = 15_000;

/** What is streamed, and to whom. */
export interface EventsInput {
  readonly jobs: JobService;
  readonly owner: string;
  readonly id: string;
  /** True if progress carries previews. */
  readonly previews: boolean;
  readonly signal: AbortSignal;
}

/** Writes the events of a job until its end: "queued", "progress", and "done", "failed" or "canceled". */
export async function streamEvents(
  stream: SSEStreamingApi,
  { jobs, owner, id, previews, signal }: EventsInput,
): Promise<void> {
  const timer = setInterval(() => void stream.write(": \n\n"), KEEP_ALIVE);
  let last = "";
  try {
    for await (const update of jobs.watch(owner, id, signal)) {
      const event = await eventOf(update, { jobs, owner, previews });
      const data = JSON.stringify(event.data);
      if (`${event.name} ${data}` === last) continue;
      last = `${event.name} ${data}`;
      await stream.writeSSE({ event: event.name, data });
    }
  } finally {
    clearInterval(timer);
  }
}

async function eventOf(
  update: JobUpdate,
  { jobs, owner, previews }: Pick<EventsInput, "jobs" | "owner" | "previews">,
): Promise<{ readonly name: string; readonly data: object }> {
  const { job, estimate } = update;
  if (isFinal(job.state)) return { name: job.state, data: jobJson(update) };
  const times = { startsIn: estimate?.startsIn ?? null, doneIn: estimate?.doneIn ?? null };
  if (job.state === "queued")
    return { name: "queued", data: { id: job.id, position: estimate?.position ?? 0, ...times } };
  const { image = 0, images = 1, step = 0, steps = 0 } = job.progress ?? {};
  const bytes = previews ? await jobs.preview(owner, job.id) : undefined;
  const preview = bytes && `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
  return {
    name: "progress",
    data: { id: job.id, image, images, step, steps, doneIn: times.doneIn, ...(preview && { preview }) },
  };
}
