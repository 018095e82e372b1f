import { AquatintError } from "aquatint";
import type { Drawing, DrawingBackend, DrawingNews, DrawingSize, DrawnImage } from "../backend/drawing.ts";
import { newId } from "../state/new-id.ts";
import { call, callJson } from "./call.ts";
import { streamEvents } from "./events.ts";
import { readFile, type ServerJob } from "./job.ts";
import { forgetJob, rememberedJobs, rememberJob } from "./remembered-jobs.ts";
import { type JobBody, jobBody } from "./request.ts";
import { sessionStore } from "./session-store.ts";

/** Draws on the server: jobs are sent at once, in turn, and wait in its queue. */
export const serverDrawing: DrawingBackend = {
  outlivesPage: true,
  start(request) {
    const abort = new AbortController();
    const body = jobBody(request);
    body.catch(() => {}); // who waits for the image gets it
    const sent = inTurn(async () => submit(await body, abort.signal));
    return drawing(request.options, sent, abort);
  },
};

/** Images of this tab that the server has not finished, for a page that is loaded again. */
export async function unfinishedDrawings(account: string): Promise<readonly Drawing[]> {
  const drawings: Drawing[] = [];
  for (const id of rememberedJobs(account)) {
    const job = await callJson<ServerJob>(`v1/jobs/${id}`).catch(() => undefined);
    if (job?.state === "queued" || job?.state === "running") {
      drawings.push(drawing(job.request as DrawingSize, Promise.resolve({ id, account }), new AbortController()));
    } else forgetJob(account, id);
  }
  return drawings;
}

let last: Promise<unknown> = Promise.resolve();

/** Does one thing after the other, so that jobs have the order in which they were asked for. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const next = last.then(work);
  last = next.catch(() => {});
  return next;
}

/** A job that the server has taken in. */
interface SentJob {
  readonly id: string;
  readonly account: string;
}

async function submit(body: JobBody, signal: AbortSignal): Promise<SentJob> {
  const response = await call("v1/jobs", {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": newId() }, // the server knows a request that is sent again
    body: JSON.stringify(body),
    signal,
  });
  const { id } = (await response.json()) as ServerJob;
  const session = sessionStore.get();
  const account = session.status === "signed-in" ? session.account.name : "";
  rememberJob(account, id);
  return { id, account };
}

function drawing(size: DrawingSize, sent: Promise<SentJob>, abort: AbortController): Drawing {
  sent.catch(() => {}); // who waits for the image gets it
  return {
    size: { width: size.width, height: size.height, steps: size.steps },
    async finish(signal, onNews) {
      const { id, account } = await aborting(sent, signal);
      const job = await ended(id, signal, onNews);
      forgetJob(account, id);
      return drawn(job, signal);
    },
    cancel() {
      abort.abort(new DOMException("canceled", "AbortError"));
      void sent.then(stop, () => {});
    },
  };
}

async function stop({ id, account }: SentJob): Promise<void> {
  forgetJob(account, id);
  await call(`v1/jobs/${id}/cancel`, { method: "POST", keepalive: true }).catch(() => {}); // it has ended
}

/** Milliseconds before a stream that broke off is opened again. */
const REOPEN_MS = 500;

/** Follows a job until it has ended; a stream that breaks off is opened again. */
async function ended(id: string, signal: AbortSignal, onNews: (news: DrawingNews) => void): Promise<ServerJob> {
  for (;;) {
    const { body } = await call(`v1/jobs/${id}/events`, { signal });
    try {
      for await (const { event, data } of streamEvents(body ?? new ReadableStream())) {
        const json = JSON.parse(data);
        if (event === "queued") onNews({ queued: { before: json.position, seconds: json.startsIn ?? undefined } });
        else if (event === "progress") onNews(await progressNews(json));
        else return json;
      }
    } catch {
      signal.throwIfAborted(); // else the connection is gone, and the next call says so
    }
    await new Promise((resolve) => setTimeout(resolve, REOPEN_MS));
  }
}

interface Progress {
  readonly step: number;
  readonly steps: number;
  /** A data URL. */
  readonly preview?: string;
}

async function progressNews({ step, steps, preview }: Progress): Promise<DrawingNews> {
  if (step === 0) return {}; // the model is being loaded
  if (preview === undefined) return { i: step, n: steps };
  const { decodePng } = await import("aquatint");
  const bytes = Uint8Array.from(atob(preview.slice(preview.indexOf(",") + 1)), (character) => character.charCodeAt(0));
  return { i: step, n: steps, preview: decodePng(bytes) };
}

async function drawn(job: ServerJob, signal: AbortSignal): Promise<DrawnImage> {
  if (job.error) {
    const { code, message, hint } = job.error;
    throw new AquatintError(code as AquatintError["code"], message, { hint });
  }
  if (job.files.length === 0) {
    throw new AquatintError("server/canceled", "the image was canceled elsewhere", { hint: "draw it again" });
  }
  const seconds = (Date.parse(job.finishedAt ?? "") - Date.parse(job.startedAt ?? "")) / 1000;
  return { image: await readFile(job, 0, signal), seconds: Number.isFinite(seconds) ? seconds : 0 };
}

/** A promise that ends with the signal. */
const aborting = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
