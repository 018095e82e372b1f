import { basename } from "node:path";
import { AquatintError } from "aquatint";
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { httpFailure } from "../../app/failure.ts";
import { jobError } from "../../jobs/errors.ts";
import { kindNamed } from "../../jobs/kinds/index.ts";
import type { Job } from "../../jobs/types.ts";
import type { ModelFile } from "../../models/catalog.ts";
import { cancelsOnDisconnect, endOrCancel } from "../disconnect.ts";
import { withFieldNames } from "../field-names.ts";
import type { Env, Surface, SurfaceTools } from "../surface.ts";
import { base64, type ImagesBody, ignoredFields, imagesSchema, jobRequestOf, maskOf } from "./request.ts";
import { streamImages } from "./stream.ts";

/** OpenAI's API of images. */
export const openaiSurface: Surface = {
  name: "openai",
  prefixes: ["/v1/"], // also of what is not here: its clients read errors of this shape
  routes(tools) {
    const app = new Hono<Env>();
    app.post("/v1/images/generations", async (c) => {
      const json: unknown = await c.req.json().catch(() => {
        throw new AquatintError("request/json", "the body is no JSON", { hint: "send JSON" });
      });
      const body = imagesSchema.parse(json);
      return answer(c, { body, tools, kind: "text-to-image", images: {} });
    });
    app.post("/v1/images/edits", async (c) => {
      const { body, images } = await editOf(c, tools);
      const kind = "mask" in images ? "inpainting" : "image-to-image";
      return answer(c, { body, tools, kind, images });
    });
    addModels(app, tools);
    return app;
  },
  failure({ status, code, message, hint }, c) {
    const type = status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
    return c.json(
      { error: { message: hint === undefined ? message : `${message} (${hint})`, type, param: null, code } },
      status,
    );
  },
};

/** OpenAI's list, with what fits each model as fields of our own. */
function addModels(app: Hono<Env>, { models, fitting }: SurfaceTools): void {
  const entryOf = async (file: Awaited<ReturnType<typeof models.find>>) => {
    const { family, loras, embeddings, controlNets } = await fitting(file.name);
    const fields = { id: file.name, object: "model", created: 0, owned_by: "aquatint" };
    return {
      ...fields,
      family: family ?? null,
      variant: variantLabel(file),
      loras,
      embeddings,
      controlnets: controlNets,
    };
  };
  app.get("/v1/models", async (c) => {
    const files = await models.list("model");
    return c.json({ object: "list", data: await Promise.all(files.map(entryOf)) });
  });
  app.get("/v1/models/:name{.+}", async (c) => {
    const file = await models.find("model", c.req.param("name")).catch((error: unknown) => {
      throw error instanceof AquatintError ? Object.assign(error, { status: 404 }) : error;
    });
    return c.json(await entryOf(file));
  });
}

/** The variant of a model's weights; where a file of one lies is not told. */
const variantLabel = ({ variant }: ModelFile): string | null => (variant === undefined ? null : basename(variant));

/** The fields and images of a multipart body. @throws AquatintError, ZodError. */
async function editOf(c: Context<Env>, { limits }: SurfaceTools) {
  const parts = await c.req.parseBody({ all: true });
  const [images, masks] = [filesOf(parts["image"] ?? parts["image[]"]), filesOf(parts["mask"])];
  const [image, ...surplus] = images;
  if (!image) throw new AquatintError("request/image", "there is no image", { hint: "send it as the file image" });
  if (surplus.length > 0)
    throw new AquatintError("request/image", "only one image is edited at a time", { hint: "send one" });
  const texts = Object.entries(parts).filter(([name]) => !["image", "image[]", "mask"].includes(name));
  const body = imagesSchema.parse(Object.fromEntries(texts));
  const [mask] = masks;
  const bytesOf = async (file: File) => new Uint8Array(await file.arrayBuffer());
  return {
    body,
    images: {
      image: base64(await bytesOf(image)),
      ...(mask && { mask: await maskOf(await bytesOf(mask), limits.maxPixels) }),
    },
  };
}

const filesOf = (part: unknown): readonly File[] =>
  [part].flat().filter((value): value is File => value instanceof File);

interface Answer {
  readonly body: ImagesBody;
  readonly tools: SurfaceTools;
  readonly kind: "text-to-image" | "image-to-image" | "inpainting";
  readonly images: Readonly<Record<string, string>>;
}

async function answer(c: Context<Env>, { body, tools, kind: name, images }: Answer): Promise<Response> {
  const { jobs } = tools;
  const kind = kindNamed(name);
  const { strength, ...request } = jobRequestOf(body);
  const withStrength = name === "text-to-image" || strength === undefined ? request : { ...request, strength };
  const job = await jobs.submit({
    ...{ owner: c.var.account.name, surface: "openai", kind },
    request: withFieldNames(fieldNames, () => kind.schema.parse({ ...withStrength, ...images })),
    idempotencyKey: c.req.header("idempotency-key"),
  });
  if (body.stream)
    return streamed(c, { jobs, job, body, name: name === "text-to-image" ? "image_generation" : "image_edit" });
  const ended = await endOrCancel(c, job, tools);
  if (ended.error) throw jobError(ended.error);
  return c.json(await imagesJson(c, { job: ended, body, tools }));
}

/** OpenAI's names of fields of jobs. */
const fieldNames = {
  ...{ negative: "negative_prompt", width: "size", height: "size", count: "n", quality: "output_compression" },
};

interface Finished {
  readonly job: Job;
  readonly body: ImagesBody;
  readonly tools: SurfaceTools;
}

async function imagesJson(c: Context<Env>, { job, body, tools: { jobs, publicUrl } }: Finished) {
  const files = job.result?.files ?? [];
  const ignored = ignoredFields(body);
  const data = files.map(async (_, i) => {
    if (body.response_format === "url")
      return { url: new URL(`/v1/jobs/${job.id}/files/${i}`, publicUrl ?? c.req.url).href };
    return { b64_json: base64((await jobs.file(job.owner, job.id, i)).bytes) };
  });
  return {
    created: Math.floor(job.createdAt.getTime() / 1000),
    data: await Promise.all(data),
    background: "opaque",
    output_format: body.output_format ?? "png",
    quality: body.quality ?? "auto",
    size: `${files[0]?.width ?? 0}x${files[0]?.height ?? 0}`,
    seeds: files.map(({ seed }) => seed),
    ...(ignored.length > 0 && { ignored }),
  };
}

function streamed(c: Context<Env>, input: Omit<Parameters<typeof streamImages>[1], "signal">): Response {
  return streamSSE(c, async (stream) => {
    const abort = new AbortController();
    stream.onAbort(() => {
      abort.abort();
      if (cancelsOnDisconnect(c)) void input.jobs.stop(input.job.owner, input.job.id, "cancel").catch(() => {});
    });
    try {
      await streamImages(stream, { ...input, signal: abort.signal });
    } catch (error) {
      const { code, message } = httpFailure(error);
      await stream.writeSSE({ event: "error", data: JSON.stringify({ type: "error", error: { code, message } }) });
    }
  });
}
