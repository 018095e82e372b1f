import { parentPort, workerData } from "node:worker_threads";
import type { Request } from "../protocol.ts";
import { type NativeGuard, type Port, unguarded } from "../worker/serve.ts";
import { type NativeLock, releaseNativeLock, takeNativeLock } from "./native-lock.ts";

/** The worker's end of `connectThread` or `connectProcess`. */
export interface WorkerEnd {
  readonly port: Port;
  readonly native: NativeGuard;
}

/** The end that this script was started at. It takes requests from here on; they wait until `listen` is called. */
export const workerEnd = (): WorkerEnd => (parentPort ? threadEnd(parentPort) : processEnd());

function threadEnd(parent: NonNullable<typeof parentPort>): WorkerEnd {
  const { lock } = workerData as { readonly lock: NativeLock };
  return {
    port: {
      listen: requestsOf(parent),
      post: (answer, transfer) => parent.postMessage(answer, transfer),
    },
    native: { enter: () => takeNativeLock(lock), leave: () => releaseNativeLock(lock) },
  };
}

/** Ends with the host, and not before it: what the terminal sends to every process of a command is the host's to answer. */
function processEnd(): WorkerEnd {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("disconnect", () => process.exit());
  return {
    port: {
      listen: requestsOf(process),
      post: (answer) => process.send?.(answer, undefined, undefined, (error) => error && process.exit()),
    },
    native: unguarded,
  };
}

/** Keeps what arrives before there is a listener: Deno drops a message that nobody listens for. */
export function requestsOf(source: {
  on(event: "message", listener: (request: Request) => void): unknown;
}): Port["listen"] {
  const early: Request[] = [];
  let receive = (request: Request): void => {
    early.push(request);
  };
  source.on("message", (request) => receive(request));
  return (onRequest) => {
    receive = onRequest;
    for (const request of early.splice(0)) onRequest(request);
  };
}
