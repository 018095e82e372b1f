import { AquatintError, messageOf } from "../../errors.ts";
import type { OpenOptions, RuntimeInfo } from "../protocol.ts";
import type { Connect } from "./request-queue.ts";
import { createWorkerClient, type WorkerClient } from "./worker-client.ts";

/** One worker of a runtime's life. */
export interface SupervisedWorker {
  /** 1 for the first; one more for each that replaced a dead one. */
  readonly number: number;
  readonly client: WorkerClient;
  readonly info: Promise<RuntimeInfo>;
}

/** The workers of a runtime, one at a time. */
export interface Supervisor {
  /** The one in service. Where it has died a fresh one is started, set up as the first was. Throws once closed. */
  current(): SupervisedWorker;
  /** The latest, alive or not. */
  latest(): SupervisedWorker;
  close(reason: AquatintError): Promise<void>;
}

/** Starts the first worker. `losses` says what is lost with the worker of that number. */
export function createSupervisor(
  connect: Connect,
  options: OpenOptions,
  lostState: (number: number) => string,
): Supervisor {
  let closeReason: AquatintError | undefined;
  const start = (number: number): SupervisedWorker => {
    const client = createWorkerClient(connect, (cause) => workerDied(cause, lostState(number)));
    const info = client.call("open", options);
    info.catch((error) => client.close(asAquatintError(error))); // what waits behind it fails alike
    return { number, client, info };
  };
  let worker = start(1);
  return {
    current() {
      if (closeReason) throw closeReason;
      if (worker.client.isClosed()) worker = start(worker.number + 1);
      return worker;
    },
    latest: () => worker,
    close(reason) {
      closeReason = reason;
      return worker.client.close(reason);
    },
  };
}

const asAquatintError = (error: unknown): AquatintError =>
  error instanceof AquatintError ? error : new AquatintError("runtime/failed", messageOf(error), { cause: error });

/** Keeps an error that already says why the worker could not start. */
const workerDied = (cause: unknown, losses: string) =>
  cause instanceof AquatintError
    ? cause
    : new AquatintError(
        "runtime/worker-died",
        `the runtime's worker ended unexpectedly: ${messageOf(cause)}; ${losses}`,
        {
          hint: "the next call starts a fresh one; if memory ran out, use a smaller batch or size",
          cause,
        },
      );
