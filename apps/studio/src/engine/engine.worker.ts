import { AquatintError, messageOf } from "aquatint";
import { createEngine } from "./engine.ts";
import { lifeLock } from "./locks.ts";
import type { EngineAnswer, EngineFailure, EngineRequest } from "./protocol.ts";

const engine = createEngine();
const running = new Map<number, AbortController>();

const post = (answer: EngineAnswer, transfer: Transferable[] = []) => self.postMessage(answer, { transfer });

void lifeLock().then((life) => life !== undefined && post({ life }));

self.onmessage = ({ data }: MessageEvent<EngineRequest>) => {
  if (data.call === "abort") running.get(data.id)?.abort();
  else void answer(data);
};

async function answer(request: Exclude<EngineRequest, { readonly call: "abort" }>): Promise<void> {
  const { id } = request;
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const { signal } = controller;
    const result = await engine.call(request, { signal, onEvent: (event) => post({ id, event }) });
    post({ id, result });
  } catch (error) {
    post({ id, failure: failureOf(error) });
  } finally {
    running.delete(id);
  }
}

const failureOf = (error: unknown): EngineFailure =>
  error instanceof AquatintError
    ? { code: error.code, message: error.message, hint: error.hint }
    : { code: "studio/internal", message: messageOf(error) };
