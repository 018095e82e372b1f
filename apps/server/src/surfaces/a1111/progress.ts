import type { Hono } from "hono";
import { z } from "zod";
import type { JobService } from "../../jobs/service.ts";
import { type Job, shareOf } from "../../jobs/types.ts";
import type { Env, SurfaceTools } from "../surface.ts";
import { flag } from "./flag.ts";
import { parsedBody } from "./generation.ts";
import { timestamp } from "./response.ts";

/** Adds the routes about the caller's own jobs. */
export function addProgress(app: Hono<Env>, { jobs }: SurfaceTools): void {
  app.get("/sdapi/v1/progress", async (c) => {
    const skipImage = ["true", "1"].includes((c.req.query("skip_current_image") ?? "").toLowerCase());
    return c.json(await progressJson(jobs, c.var.account.name, skipImage));
  });
  app.post("/sdapi/v1/interrupt", async (c) => {
    await stopCurrent(jobs, c.var.account.name, "interrupt");
    return c.json({});
  });
  app.post("/sdapi/v1/skip", async (c) => {
    await stopCurrent(jobs, c.var.account.name, "skip");
    return c.json({});
  });
  app.post("/internal/progress", async (c) =>
    c.json(await taskJson(jobs, c.var.account.name, await parsedBody(c, taskSchema))),
  );
  app.get("/internal/pending-tasks", async (c) => {
    const waiting = (await jobs.active(c.var.account.name)).filter(({ state }) => state === "queued");
    return c.json({ size: waiting.length, tasks: waiting.map(nameOf) });
  });
}

const nameOf = ({ task, id }: Job): string => task ?? id;

/** The caller's job that runs, or the one that waits longest. */
async function currentJob(jobs: JobService, owner: string): Promise<Job | undefined> {
  const active = (await jobs.active(owner)).filter(({ surface }) => surface === "a1111");
  return active.find(({ state }) => state === "running") ?? active[0];
}

async function stopCurrent(jobs: JobService, owner: string, stop: "interrupt" | "skip"): Promise<void> {
  const job = await currentJob(jobs, owner);
  if (job) await jobs.stop(owner, job.id, stop);
}

const idle = {
  skipped: false,
  interrupted: false,
  stopping_generation: false,
  job: "",
  job_count: 0,
  job_timestamp: "0",
  job_no: 0,
};

/** The body of GET progress, of the caller's jobs. */
async function progressJson(jobs: JobService, owner: string, skipImage: boolean) {
  const job = await currentJob(jobs, owner);
  if (!job) {
    const state = { ...idle, sampling_step: 0, sampling_steps: 0 };
    return { progress: 0, eta_relative: 0, state, current_image: null, textinfo: null };
  }
  const { estimate } = await jobs.get(owner, job.id);
  const { image = 0, step = 0, steps = 0 } = job.progress ?? {};
  const batch = Number(job.request["batch"] ?? 1);
  const count = Math.ceil(Number(job.request["count"] ?? 1) / batch);
  const number = Math.floor(image / batch);
  const share = job.state === "running" ? 0.01 + number / count + (steps > 0 ? step / (count * steps) : 0) : 0.01;
  const preview = skipImage ? undefined : await jobs.preview(owner, job.id);
  return {
    progress: Math.min(1, share),
    eta_relative: estimate?.doneIn ?? 0,
    state: {
      ...{ ...idle, job: nameOf(job), job_count: count, job_no: number },
      skipped: job.stop === "skip",
      interrupted: job.stop === "interrupt",
      job_timestamp: timestamp(job.createdAt),
      ...{ sampling_step: step, sampling_steps: steps },
    },
    current_image: preview ? Buffer.from(preview).toString("base64") : null,
    textinfo: job.state === "queued" ? `In queue: ${(estimate?.position ?? 0) + 1}` : null,
    current_task: nameOf(job),
  };
}

const taskSchema = z.looseObject({
  id_task: z.string().nullish(),
  id_live_preview: z.number().nullish(),
  live_preview: flag.nullish(),
});

/** The newest job of a name. */
async function taskJob(jobs: JobService, owner: string, task: string): Promise<Job | undefined> {
  const active = (await jobs.active(owner)).findLast((job) => job.task === task);
  return active ?? (await jobs.list({ owner, task, limit: 1 }))[0];
}

/** The body of /internal/progress about one task of the caller. */
async function taskJson(
  jobs: JobService,
  owner: string,
  { id_task, live_preview, id_live_preview }: z.output<typeof taskSchema>,
) {
  const job = await taskJob(jobs, owner, id_task ?? "");
  const state = job?.state;
  const update = job && (state === "queued" || state === "running") ? await jobs.get(owner, job.id) : undefined;
  const number = job?.progress ? job.progress.image * job.progress.steps + job.progress.step : -1;
  const shows = job && state === "running" && live_preview !== false && number !== id_live_preview;
  const preview = shows ? await jobs.preview(owner, job.id) : undefined;
  return {
    active: state === "running",
    queued: state === "queued",
    completed: state !== undefined && state !== "running" && state !== "queued",
    progress: job?.progress ? shareOf(job.progress) : null,
    eta: update?.estimate?.doneIn ?? null,
    live_preview: preview ? `data:image/png;base64,${Buffer.from(preview).toString("base64")}` : null,
    id_live_preview: preview ? number : (id_live_preview ?? -1),
    textinfo:
      state === "queued"
        ? `In queue: ${(update?.estimate?.position ?? 0) + 1}`
        : state === undefined
          ? "Waiting..."
          : null,
  };
}
