import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { jobLeases } from "../apps/server/src/queue/leases.ts";
import { openQueue } from "../apps/server/src/queue/open.ts";
import { reportSeconds } from "../apps/server/src/worker/config.ts";
import { jobReporter } from "../apps/server/src/worker/reporter.ts";

/** What a simulated worker is started with: JSON in its first argument. */
export interface SimulatedWorker {
  readonly id: string;
  readonly databaseUrl: string;
  readonly steps: number;
  /** Milliseconds of a step. */
  readonly stepTime: number;
  /** Bytes of the preview that goes with each report. */
  readonly preview: number;
}

const LEASE_SECONDS = 20;
const { id, databaseUrl, steps, stepTime, preview }: SimulatedWorker = JSON.parse(process.argv[2] ?? "{}");
const queue = await openQueue({ data: "", databaseUrl, queuedOnly: true }, (error) => console.error(error.message));
const leases = jobLeases({ ...queue, leaseSeconds: LEASE_SECONDS });
const changes = queue.feed.watchQueued();
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
process.stdout.write("ready\n");

while (!stop.signal.aborted) {
  const job = await leases.take({ id, models: ["simulated"] });
  if (!job) {
    await changes.next(5000, stop.signal);
    continue;
  }
  const reporter = jobReporter(job, {
    ...{ leases, reportSeconds: reportSeconds({ leaseSeconds: LEASE_SECONDS }), newsSeconds: queue.newsSeconds },
    onStop: () => {},
  });
  for (let step = 1; step <= steps; step++) {
    await setTimeout(stepTime);
    reporter.progress({ image: 0, images: 1, step, steps }, () => randomBytes(preview));
  }
  await reporter.close();
  const result = { files: [], model: "simulated", interrupted: false, seconds: (steps * stepTime) / 1000 };
  await leases.finish({ id: job.id, lease: job.lease, outcome: { state: "done", result } });
}
await queue[Symbol.asyncDispose]();
