import { errorText } from "../jobs/errors.ts";
import { modelCatalog } from "../models/catalog.ts";
import type { Changes } from "../queue/changes.ts";
import type { JobLeases } from "../queue/leases.ts";
import { openStorage } from "../storage/open.ts";
import { reportSeconds, type WorkerConfig } from "./config.ts";
import { workLoop } from "./loop.ts";

/** How a worker reaches the queue and its log. */
export interface WorkerLink {
  readonly leases: JobLeases;
  readonly changes: Pick<Changes, "next">;
  readonly log: (level: "info" | "error", fields: object, message: string) => void;
}

/** Runs jobs until `stop` is aborted and the job under way has ended. */
export async function startWorker(config: WorkerConfig, link: WorkerLink, stop: AbortSignal): Promise<void> {
  const { log } = link;
  const store = await openStorage(config.storage);
  const models = modelCatalog(config.models);
  await workLoop({
    ...{ id: config.id, leases: link.leases, changes: link.changes, store, stop },
    context: { models, engine: config.engine },
    maxMemory: config.maxMemory,
    reportSeconds: reportSeconds(config),
    newsSeconds: config.newsSeconds,
    drainSeconds: config.drainSeconds,
    onStart: ({ id, kind, model, attempts }) => log("info", { job: id, kind, model, attempts }, "job started"),
    onEnd: ({ id }, end) => log("info", { job: id, end }, "job ended"),
    onError: (error, job) => log("error", { job: job?.id, error: errorText(error) }, "job failed"),
  });
}
