import { AquatintError } from "aquatint";
import type { Context, Hono } from "hono";
import type { z } from "zod";
import { jobError } from "../../jobs/errors.ts";
import { kindNamed } from "../../jobs/kinds/index.ts";
import { endOrCancel } from "../disconnect.ts";
import { withFieldNames } from "../field-names.ts";
import type { Env, SurfaceTools } from "../surface.ts";
import { imageRequest, type MappedRequest, textRequest } from "./job-request.ts";
import { img2imgSchema, type SharedBody, txt2imgSchema } from "./request.ts";
import { infoJson } from "./response.ts";

/** Adds txt2img and img2img. */
export function addGeneration(app: Hono<Env>, tools: SurfaceTools): void {
  app.post("/sdapi/v1/txt2img", async (c) => {
    const body = await parsedBody(c, txt2imgSchema);
    return answer(c, { body, tools, mapped: await textRequest(body, tools, c.var.account.name), parameters: body });
  });
  app.post("/sdapi/v1/img2img", async (c) => {
    const body = await parsedBody(c, img2imgSchema);
    const echo = body.include_init_images ? body : { ...body, init_images: null, mask: null };
    return answer(c, { body, tools, mapped: await imageRequest(body, tools, c.var.account.name), parameters: echo });
  });
}

/** The body of a request as a schema reads it. @throws AquatintError "request/json"; ZodError. */
export async function parsedBody<S extends z.ZodType>(c: Context<Env>, schema: S): Promise<z.output<S>> {
  const json: unknown = await c.req.json().catch(() => {
    throw new AquatintError("request/json", "the body is no JSON", { hint: "send JSON" });
  });
  if (isNested(json, MAX_DEPTH)) {
    throw new AquatintError("request/json", `the body is nested deeper than ${MAX_DEPTH} levels`, {
      hint: "send flatter JSON",
    });
  }
  return schema.parse(json);
}

/** Levels of lists and objects in a body: writers of JSON and databases have limits of their own. */
const MAX_DEPTH = 100;

/** Tells whether JSON has more levels than `depth`. */
function isNested(json: unknown, depth: number): boolean {
  let level = [json];
  for (let i = 0; i <= depth && level.length > 0; i++)
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  return level.length > 0;
}

interface Answer {
  readonly body: SharedBody;
  readonly tools: SurfaceTools;
  readonly mapped: MappedRequest;
  /** What is given back of the request. */
  readonly parameters: object;
}

/** Fields that are read; extensions send others, of which the answer says that they changed nothing. */
const fields = new Set([...Object.keys(txt2imgSchema.shape), ...Object.keys(img2imgSchema.shape)]);
/** The web UI's names of fields of jobs. */
const fieldNames = {
  ...{ negative: "negative_prompt", guidance: "cfg_scale", batch: "batch_size", count: "batch_size x n_iter" },
  ...{ image: "init_images", strength: "denoising_strength", hires: "hr", vae: "sd_vae", model: "sd_model_checkpoint" },
  ...{ maskBlur: "mask_blur", padding: "inpaint_full_res_padding", controls: "alwayson_scripts.controlnet" },
};
/** Names of ignored fields in an answer. */
const MAX_NAMES = 50;

/** A name in the characters of a header; half of a surrogate pair is replaced. */
const headerName = (name: string): string => encodeURIComponent(Buffer.from(name).toString());

/** Waits for the job and answers with its images. */
async function answer(c: Context<Env>, { body, tools, mapped, parameters }: Answer): Promise<Response> {
  const { jobs } = tools;
  const kind = kindNamed(mapped.kind);
  const request = withFieldNames(fieldNames, () => kind.schema.parse(mapped.request));
  const owner = c.var.account.name;
  const submitted = await jobs.submit({ owner, surface: "a1111", kind, request, task: body.force_task_id });
  const job = await endOrCancel(c, submitted, tools);
  if (job.error) throw jobError(job.error);
  const ignored = Object.keys(body).filter((name) => !fields.has(name));
  if (ignored.length > 0) c.header("x-ignored-fields", ignored.slice(0, MAX_NAMES).map(headerName).join(", "));
  const files = body.send_images ? (job.result?.files ?? []) : [];
  const images = await Promise.all(files.map((_, i) => jobs.file(owner, job.id, i)));
  return c.json({
    images: images.map(({ bytes }) => Buffer.from(bytes).toString("base64")),
    parameters,
    info: infoJson(job, body),
  });
}
