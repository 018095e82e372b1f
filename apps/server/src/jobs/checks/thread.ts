import { AquatintError, type Image } from "aquatint";
import { decodeImage } from "aquatint/node";
import { modelCatalog } from "../../models/catalog.ts";
import { withFileNames } from "../../models/file-names.ts";
import { fittingFiles } from "../../models/fitting.ts";
import { answerCalls, threadData } from "../../threads/answer.ts";
import type { JobFacts, KindContext } from "../kind.ts";
import { kindNamed } from "../kinds/index.ts";
import type { CheckOptions, CheckRequest, UncheckedJob } from "./messages.ts";

// Checks of requests open models, decode images and plan memory, which takes up to seconds: they have a thread of their own.

const { models: folders, engine, maxInputPixels } = threadData<CheckOptions>();
const models = modelCatalog(folders);

async function prepare({ kind, request, files }: UncheckedJob): Promise<JobFacts> {
  const image = await decodedImages(files);
  const { queue, model, work, limited } = await kindNamed(kind)
    .prepare(request, { models, engine, image })
    .catch(async (error: unknown) => {
      throw await withFileNames(error, models);
    });
  return { queue, model, work, limited };
}

/** The images of a request, all of which are checked, those too that its kind does not read. */
async function decodedImages(files: UncheckedJob["files"]): Promise<KindContext["image"]> {
  const images = new Map<string, Image>();
  for (const [key, { name, bytes }] of files)
    images.set(key, await decodeImage(bytes, { name, maxPixels: maxInputPixels }));
  return async (key) => {
    const image = images.get(key);
    if (image) return image;
    throw new AquatintError("request/image", `there is no image "${key}"`, { hint: "submit the job again" });
  };
}

answerCalls(async (request: CheckRequest) => {
  if (request.type === "prepare") return prepare(request);
  return fittingFiles(await models.find("model", request.model), models);
});
