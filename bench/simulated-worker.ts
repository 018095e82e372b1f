import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { jobLeases } from "../apps/server/src/queue/leases.ts";
import { openQueue } from "../apps/server/src/queue/open.ts";
import { reportSeconds } from "../apps/server/src/worker/config.ts";

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

/** As a worker does it: a report goes while the next step is computed, the newest of those that waited. */
while (!stop.signal.aborted) {
  const job = await leases.take({ id, models: ["simulated"] });
  if (!job) {
    await changes.next(5000, stop.signal);
    continue;
  }
  let sending: Promise<unknown> | undefined;
  let last = performance.now();
  for (let step = 1; step <= steps; step++) {
    await setTimeout(stepTime);
    const isDue = preview > 0 || performance.now() - last > 1000 * reportSeconds({ leaseSeconds: LEASE_SECONDS });
    if (sending || !isDue) continue;
    last = performance.now();
    const progress = { image: 0, images: 1, step, steps, share: step / steps };
    const report = { id: job.id, lease: job.lease, progress, preview: randomBytes(preview) };
    sending = leases.report(report).finally(() => {
      sending = undefined;
    });
  }
  await sending;
  const result = { files: [], model: "simulated", interrupted: false, seconds: (steps * stepTime) / 1000 };
  await leases.finish({ id: job.id, lease: job.lease, outcome: { state: "done", result } });
}
await queue[Symbol.asyncDispose]();
