import { changeSource } from "../queue/changes.ts";
import type { JobLeases } from "../queue/leases.ts";
import type { LeaseMethod, ToServer, ToWorker } from "./messages.ts";
import { startWorker } from "./start.ts";

// The worker of a server on PGlite: the database is one process, so that this one asks it over the channel of its parent.

const send = (message: ToServer): void => {
  if (process.connected) process.send?.(message);
};

const calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let last = 0;
const call = (method: LeaseMethod, argument: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    calls.set(++last, { resolve, reject });
    send({ type: "call", call: last, method, argument });
  });
const leases: JobLeases = {
  take: (worker) => call("take", worker) as ReturnType<JobLeases["take"]>,
  report: (report) => call("report", report) as ReturnType<JobLeases["report"]>,
  finish: (end) => call("finish", end) as ReturnType<JobLeases["finish"]>,
  giveBack: (job) => call("giveBack", job) as ReturnType<JobLeases["giveBack"]>,
};
const changes = changeSource();

const stop = new AbortController();
process.on("message", (message: ToWorker) => {
  if (message.type === "change") changes.changed();
  else if (message.type === "stop") stop.abort();
  else if (message.type === "answer") answer(message);
  else void run(message.config);
});
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => {}); // the server says when to stop
process.on("disconnect", () => process.exit(1)); // the server is gone: its leases end

function answer({ call: number, value, error }: Extract<ToWorker, { readonly type: "answer" }>): void {
  const waiting = calls.get(number);
  calls.delete(number);
  if (error === undefined) waiting?.resolve(value);
  else waiting?.reject(new Error(error));
}

async function run(config: Extract<ToWorker, { readonly type: "start" }>["config"]): Promise<void> {
  const log = (level: "info" | "error", fields: object, message: string) =>
    send({ type: "log", level, fields, message });
  await startWorker(config, { leases, changes, log }, stop.signal);
  process.exit(0);
}
