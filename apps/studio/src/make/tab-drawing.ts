import type { Drawing, DrawingBackend, DrawingNews, DrawnImage, DrawRequest } from "../backend/drawing.ts";
import { type CallOptions, ENGINE_CLOSED } from "../engine/client.ts";
import { asError, openEngine } from "../engine/engine-store.ts";
import type { DrawResult } from "../engine/protocol.ts";
import { clipModelOptions, modelOptions } from "../models/model-options.ts";
import { newId } from "../state/new-id.ts";
import { say } from "../ui/toasts.tsx";

/** Draws in the tab, with the engine of the page. */
export const tabDrawing: DrawingBackend = {
  outlivesPage: false,
  start: (request): Drawing => ({
    size: request.options,
    finish: async (signal, onNews) => stored(await drawAgain(request, signal, onNews)),
    cancel() {},
  }),
};

type OnNews = (news: DrawingNews) => void;

/** Makes an image; once more where the engine ended in the middle, and again whenever the visitor chose another one. */
async function drawAgain(request: DrawRequest, signal: AbortSignal, onNews: OnNews): Promise<DrawResult> {
  for (let losses = 0; ; ) {
    try {
      return await draw(request, signal, onNews);
    } catch (error) {
      const { code } = asError(error);
      const notice = endings[code];
      if (signal.aborted || !notice) throw error;
      if (code !== ENGINE_CLOSED && losses++ > 0) throw error;
      say(notice);
    }
  }
}

const OVERFLOW = "The image overflowed in half precision. It is drawn anew in float32, and so are those that follow.";
const LOST = "The engine ended in the middle of an image. It starts again, and the image is drawn anew.";

/** Errors of an engine or its ONNX Runtime that ended, and what is said: the browser needs memory, a graphics device was lost, another model was chosen. */
const endings: Readonly<Record<string, string>> = {
  [ENGINE_CLOSED]:
    "The model or the device was changed in the middle of an image. The image is drawn anew with the new one.",
  "studio/engine-lost": LOST,
  "runtime/worker-died": LOST,
};

async function draw(job: DrawRequest, signal: AbortSignal, onNews: OnNews): Promise<DrawResult> {
  const request = await aborting(modelRequest(job), signal);
  const engine = await aborting(openEngine(), signal);
  const call: CallOptions = {
    signal,
    onEvent(event) {
      if (event.type === "precision") say(OVERFLOW);
      if (event.type === "step" && !signal.aborted) onNews({ i: event.i, n: event.n, preview: event.preview });
    },
  };
  if (request.motion) return engine.call("clip", { options: request.options, motion: request.motion }, call);
  return engine.call("draw", request.options, call);
}

/** A request with what the visitor's files add to its options. */
const modelRequest = async (request: DrawRequest): Promise<DrawRequest> =>
  request.motion
    ? { options: await clipModelOptions(request.options), motion: request.motion }
    : { options: await modelOptions(request.options) };

const stored = ({ png, poster, recipe, trace, seconds }: DrawResult): DrawnImage => ({
  image: {
    id: newId(),
    created: Date.now(),
    recipe,
    png: new Blob([png], { type: "image/png" }),
    favorite: false,
    ...(poster && { poster: new Blob([poster], { type: "image/png" }) }),
  },
  ...{ trace, seconds },
});

/** A promise that ends with the signal. */
const aborting = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
