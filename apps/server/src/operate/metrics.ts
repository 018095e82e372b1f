import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { workerTotals } from "../jobs/estimate.ts";
import type { Database } from "../queue/database.ts";

/** What the server counts. */
export interface Metrics {
  /** The numbers in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
  request(entry: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
}

/** Seconds of requests. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120];

/** Counts requests here, and reads jobs from the database where the numbers are asked for. */
export function serverMetrics(database: Database): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "aquatint_" });
  const registers = [registry];
  const requests = new Histogram({
    name: "aquatint_http_request_seconds",
    help: "Time of requests by route and status",
    labelNames: ["method", "route", "status"],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const readings = [queueMetrics(database, registers), jobMetrics(database, registers)];
  return {
    async text() {
      for (const read of readings) await read(); // before any is written: a gauge that sets others would leave them behind
      return registry.metrics();
    },
    contentType: registry.contentType,
    request: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
  };
}

/** Adds the gauges of the queue; the result reads them. */
function queueMetrics(database: Database, registers: Registry[]): () => Promise<void> {
  const length = new Gauge({
    name: "aquatint_queue_jobs",
    help: "Jobs that wait or run",
    labelNames: ["state"],
    registers,
  });
  const age = new Gauge({ name: "aquatint_queue_age_seconds", help: "Age of the oldest waiting job", registers });
  const memory = new Gauge({
    name: "aquatint_workers_memory_bytes",
    help: "Resident memory of those workers together, as they told last: some seconds ago",
    registers,
  });
  const peak = new Gauge({
    name: "aquatint_workers_memory_peak_bytes",
    help: "The most resident memory that one of those workers has had since its start",
    registers,
  });
  const workers = new Gauge({
    name: "aquatint_workers",
    help: "Workers that asked for jobs lately or have one",
    registers,
  });
  return async () => {
    const [row] = await database.query<{ readonly queued: number; readonly running: number; readonly age: number }>(
      `SELECT count(*) FILTER (WHERE state = 'queued')::int AS queued,
                count(*) FILTER (WHERE state = 'running')::int AS running,
                coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'queued')), 0)::float8 AS age
         FROM aquatint.jobs WHERE state IN ('queued', 'running')`,
    );
    length.set({ state: "queued" }, row?.queued ?? 0);
    length.set({ state: "running" }, row?.running ?? 0);
    age.set(row?.age ?? 0);
    const { count, memory: bytes, peakMemory } = await workerTotals(database);
    workers.set(count);
    memory.set(bytes);
    peak.set(peakMemory);
  };
}

interface Ended {
  readonly kind: string;
  readonly state: string;
  readonly code: string | null;
  readonly count: number;
  readonly seconds: number;
  readonly units: number;
  readonly steps: number;
  readonly stepSeconds: number;
}

/** Jobs in the database; those that expired are not counted any more, so that these are gauges. The result reads them. */
function jobMetrics(database: Database, registers: Registry[]): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: readonly string[] = ["kind"]) =>
    new Gauge({ name: `aquatint_${name}`, help, labelNames: [...labelNames], registers });
  const seconds = gauge("job_seconds", "Time of workers for kept jobs");
  const units = gauge("job_megapixel_steps", "Pixels x steps x files of kept jobs, in millions");
  const step = gauge("step_seconds", "Mean time of a step in kept jobs, without loading and decoding");
  const ended = gauge("jobs", "Kept jobs that ended, with the code of their failure", ["kind", "state", "code"]);
  return async () => {
    const rows = await database.query<Ended>(
      `SELECT kind, state, error->>'code' AS code, count(*)::int AS count,
                coalesce(sum((result->>'seconds')::float8), 0) AS seconds, coalesce(sum(units), 0)::float8 AS units,
                coalesce(sum((result->'steps'->>'count')::float8), 0) AS steps,
                coalesce(sum((result->'steps'->>'seconds')::float8), 0) AS "stepSeconds"
         FROM aquatint.jobs WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3`,
    );
    for (const gauge of [ended, seconds, units, step]) gauge.reset();
    for (const { kind, state, code, count } of rows) ended.set({ kind, state, code: code ?? "" }, count);
    for (const row of rows.filter(({ state }) => state === "done")) {
      seconds.set({ kind: row.kind }, row.seconds);
      units.set({ kind: row.kind }, row.units);
      if (row.steps > 0) step.set({ kind: row.kind }, row.stepSeconds / row.steps);
    }
  };
}
