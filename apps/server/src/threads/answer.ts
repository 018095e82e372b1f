import { parentPort, workerData } from "node:worker_threads";
import { AquatintError } from "aquatint";
import type { ThreadCall, ThreadData, ThreadFailure, ThreadMessage } from "./messages.ts";

/** What this thread was started with. */
export const threadData = <T>(): T => (workerData as ThreadData).data as T;

const send = (message: ThreadMessage): void => parentPort?.postMessage(message);

/** Sends what nobody asked for. */
export const sendNotice = (notice: unknown): void => send({ notice });

/** Answers the calls of the thread that started this one, those that wait already first. */
export function answerCalls<Request>(answer: (request: Request) => Promise<unknown>): void {
  parentPort?.on("message", ({ call, request }: ThreadCall) => {
    answer(request as Request).then(
      (value) => send({ call, value }),
      (error: unknown) => {
        send({ call, failure: failureOf(error) });
        if (error instanceof WebAssembly.RuntimeError) process.exit(1); // what it computed with is broken
      },
    );
  });
}

function failureOf(error: unknown): ThreadFailure {
  if (error instanceof AquatintError) return { message: error.message, code: error.code, hint: error.hint ?? "" };
  const { message, stack, code } = error as Error & { readonly code?: unknown };
  return { message, stack, code };
}
