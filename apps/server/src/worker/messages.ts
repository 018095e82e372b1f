import type { JobLeases } from "../queue/leases.ts";
import type { WorkerConfig } from "./config.ts";

/** Methods of the queue that a worker in a child process calls. */
export type LeaseMethod = keyof JobLeases;

/** What the server sends to a worker in a child process. */
export type ToWorker =
  | { readonly type: "start"; readonly config: WorkerConfig }
  | { readonly type: "answer"; readonly call: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: "change" }
  | { readonly type: "stop" };

/** What a worker in a child process sends to the server. */
export type ToServer =
  | { readonly type: "call"; readonly call: number; readonly method: LeaseMethod; readonly argument: unknown }
  | { readonly type: "log"; readonly level: "info" | "error"; readonly fields: object; readonly message: string };
