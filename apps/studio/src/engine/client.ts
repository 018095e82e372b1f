import { AquatintError } from "aquatint";
import { watchLife } from "./locks.ts";
import type { EngineAnswer, EngineCall, EngineCalls, EngineEvent, EngineRequest } from "./protocol.ts";

/** Options of a call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
}

/** The page's side of the engine's worker. */
export interface EngineClient {
  call<K extends EngineCall>(
    call: K,
    params: EngineCalls[K]["params"],
    options?: CallOptions,
  ): Promise<EngineCalls[K]["result"]>;
  close(): void;
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onEvent: ((event: EngineEvent) => void) | undefined;
}

/** Starts the worker; `onLost` is called once where it dies, after its calls have failed. */
export function startEngine(onLost: () => void): EngineClient {
  const worker = new Worker(new URL("./engine.worker.ts", import.meta.url), { type: "module", name: "engine" });
  const pending = new Map<number, Pending>();
  let last = 0;
  let isEnded = false;
  const post = (request: EngineRequest) => worker.postMessage(request);
  const end = (error: AquatintError) => {
    isEnded = true;
    worker.terminate();
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  const lose = (error: AquatintError) => {
    if (isEnded) return;
    end(error);
    onLost();
  };
  worker.onerror = ({ message }) => lose(message ? engineLost(message) : engineBlocked());
  worker.onmessage = ({ data }: MessageEvent<EngineAnswer>) => {
    if ("life" in data) return watchLife(data.life, () => lose(engineLost("the browser closed its worker")));
    settle(pending, data);
  };
  return {
    call: (call, params, { signal, onEvent } = {}) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (isEnded) throw engineLost("it had ended before");
        const id = ++last;
        pending.set(id, { resolve, reject, onEvent });
        const abort = () => {
          if (!pending.delete(id)) return;
          post({ id, call: "abort" });
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", abort, { once: true });
        post({ id, call, params } as EngineRequest);
      }),
    close: () => end(engineClosed()),
  };
}

/** Gives a message of the worker to the call that it belongs to, where somebody still waits for that. */
function settle(pending: Map<number, Pending>, data: Exclude<EngineAnswer, { readonly life: string }>): void {
  const call = pending.get(data.id);
  if (!call) return;
  if ("event" in data) {
    call.onEvent?.(data.event);
    return;
  }
  pending.delete(data.id);
  if ("failure" in data) call.reject(restored(data.failure));
  else call.resolve(data.result as never);
}

const engineLost = (message: string) =>
  new AquatintError("studio/engine-lost", `the engine ended: ${message}`, {
    hint: "it starts again with the next image; if it ends again, close other pages to free memory",
  });

const engineBlocked = () =>
  new AquatintError("studio/engine-blocked", "the engine's script could not be loaded", {
    hint: "check the connection, and extensions that block scripts; then try again",
  });

/** Code of the error that calls end with where their engine is closed for another. */
export const ENGINE_CLOSED = "studio/engine-closed";

const engineClosed = () =>
  new AquatintError(ENGINE_CLOSED, "the engine was closed for another model or device", {
    hint: "draw the image again",
  });

const restored = ({ code, message, hint }: { code: string; message: string; hint?: string | undefined }) =>
  new AquatintError(code as AquatintError["code"], message, { hint });
