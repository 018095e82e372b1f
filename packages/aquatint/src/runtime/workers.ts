import { AquatintError, messageOf } from "../errors.ts";
import type { Connect } from "./line.ts";
import type { Opened, OpenOptions } from "./protocol.ts";
import { createQueue, type Queue } from "./queue.ts";

/** One worker of a runtime's life. */
export interface WorkerInService {
  /** 1 for the first; one more for each that replaced a dead one. */
  readonly number: number;
  readonly queue: Queue;
  readonly opened: Promise<Opened>;
}

/** The workers of a runtime, one at a time. */
export interface Workers {
  /** The one in service. Where it has died a fresh one is started, set up as the first was. Throws once closed. */
  current(): WorkerInService;
  /** The latest, alive or not. */
  latest(): WorkerInService;
  close(reason: AquatintError): Promise<void>;
}

/** Starts the first worker. `losses` says what is lost with the worker of that number. */
export function createWorkers(connect: Connect, options: OpenOptions, losses: (number: number) => string): Workers {
  let closed: AquatintError | undefined;
  const start = (number: number): WorkerInService => {
    const queue = createQueue(connect, (cause) => workerDied(cause, losses(number)));
    const opened = queue.call("open", options);
    opened.catch((error) => queue.close(asAquatintError(error))); // what waits behind it fails alike
    return { number, queue, opened };
  };
  let worker = start(1);
  return {
    current() {
      if (closed) throw closed;
      if (worker.queue.hasEnded()) worker = start(worker.number + 1);
      return worker;
    },
    latest: () => worker,
    close(reason) {
      closed = reason;
      return worker.queue.close(reason);
    },
  };
}

const asAquatintError = (error: unknown): AquatintError =>
  error instanceof AquatintError ? error : new AquatintError("runtime/failed", messageOf(error), { cause: error });

const workerDied = (cause: unknown, losses: string) =>
  new AquatintError("runtime/worker-died", `the runtime's worker ended unexpectedly: ${messageOf(cause)}; ${losses}`, {
    hint: "the next call starts a fresh one; if memory ran out, use a smaller batch or size",
    cause,
  });
