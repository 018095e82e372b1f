import { AquatintError, messageOf } from "../../errors.ts";
import type { Answer, CallName, Failure, Handlers, Reply, Request, Result } from "../protocol.ts";
import type { RequestHandlers } from "./handlers.ts";

/** The worker's end of the line to its host. */
export interface Port {
  listen(onRequest: (request: Request) => void): void;
  post(answer: Answer, transfer: ArrayBuffer[]): void;
}

/** Stands around each call of native code, so that it is safe from the end of the process. */
export interface NativeGuard {
  enter(): Promise<void>;
  leave(): void;
}

/** Native code that nothing ends. */
export const unguarded: NativeGuard = { enter: () => Promise.resolve(), leave: () => {} };

/** Answers every request that arrives at `port`, with the error's words where it fails. */
export function serve(port: Port, { commit, handlers }: RequestHandlers, native: NativeGuard = unguarded): void {
  port.listen(async (request) => {
    try {
      await native.enter();
      commit(request.keep);
      const { result, transfer } = await handle(handlers, request);
      port.post({ ok: true, result }, transfer);
    } catch (error) {
      port.post({ ok: false, failure: failureOf(error) }, []);
    } finally {
      native.leave();
    }
  });
}

const handle = <K extends CallName>(handlers: Handlers, { call, params }: Request<K>): Promise<Reply<Result<K>>> =>
  handlers[call](params);

const failureOf = (error: unknown): Failure =>
  error instanceof AquatintError
    ? { code: error.code, message: error.message, hint: error.hint }
    : { code: "runtime/failed", message: messageOf(error) };
