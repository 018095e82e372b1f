import { AquatintError, messageOf } from "../../errors.ts";
import type { Answer, CallName, Failure, Handlers, Reply, Request, Result } from "../protocol.ts";
import type { RequestHandlers } from "./handlers.ts";

/** The worker's end of the line to its host. */
export interface Port {
  listen(onRequest: (request: Request) => void): void;
  post(answer: Answer, transfer: ArrayBuffer[]): void;
}

/** Runs work that calls native code. */
export type Native = <T>(work: () => Promise<T>) => Promise<T>;

/** Answers every request that arrives at `port`, with the error's words where it fails; `native` does the work of each. */
export function serve(port: Port, { commit, handlers }: RequestHandlers, native: Native = (work) => work()): void {
  port.listen(async (request) => {
    try {
      const { result, transfer } = await native(() => {
        commit(request.keep);
        return handle(handlers, request);
      });
      port.post({ ok: true, result }, transfer);
    } catch (error) {
      port.post({ ok: false, failure: failureOf(error) }, []);
    }
  });
}

const handle = <K extends CallName>(handlers: Handlers, { call, params }: Request<K>): Promise<Reply<Result<K>>> =>
  handlers[call](params);

const failureOf = (error: unknown): Failure =>
  error instanceof AquatintError
    ? { code: error.code, message: error.message, hint: error.hint }
    : { code: "runtime/failed", message: messageOf(error) };
