import { createEngine } from "./engine.ts";
import { asFailure } from "./failure.ts";
import { lifeLock } from "./locks.ts";
import type { EngineAnswer, EngineRequest } from "./protocol.ts";
import { provideDigest } from "./provide-digest.ts";

provideDigest();

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
    post({ id, failure: asFailure(error) });
  } finally {
    running.delete(id);
  }
}
