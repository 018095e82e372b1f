import { z } from "@hono/zod-openapi";
import { kinds } from "../../jobs/kinds/index.ts";
import { jobStates } from "../../jobs/types.ts";

const requests = kinds.map(({ name, schema, summary }) =>
  schema
    .strict()
    .extend({ kind: z.literal(name) })
    .describe(summary),
);
type Requests = [(typeof requests)[number], ...typeof requests];

/** A request for a job of any kind. */
export const jobRequestSchema = z.discriminatedUnion("kind", requests as Requests).openapi("JobRequest");

const seconds = z.number().nullable();

/** A file of a finished job. */
const fileSchema = z
  .object({
    url: z.string().describe("path of the file on this server"),
    type: z.string().openapi({ example: "image/png" }),
    seed: z.union([z.number(), z.string()]),
    width: z.int(),
    height: z.int(),
    infotext: z.string().describe("the settings as AUTOMATIC1111's web UI writes them"),
    favorite: z.boolean().describe("true keeps the job and its files until the mark is taken away"),
  })
  .openapi("JobFile");

/** Why a request or a job failed. */
export const errorSchema = z
  .object({ code: z.string(), message: z.string(), hint: z.string().optional() })
  .openapi("JobError");

/** A job in answers. */
export const jobSchema = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    model: z.string(),
    state: z.enum(jobStates),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    attempts: z.int().describe("runs so far; 2 if a worker was lost"),
    position: z.int().nullable().describe("number of jobs before this one; null when it has ended"),
    startsIn: seconds.describe("estimated seconds until it starts; null if unknown"),
    doneIn: seconds.describe("estimated seconds until it is done; null if unknown"),
    progress: z.object({ image: z.int(), images: z.int(), step: z.int(), steps: z.int() }).nullable(),
    request: z.record(z.string(), z.unknown()).describe("the request with its defaults and its seed, without images"),
    files: z.array(fileSchema),
    interrupted: z.boolean(),
    error: errorSchema.nullable(),
  })
  .openapi("Job");

/** A problem, as RFC 9457 has it. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    hint: z.string().optional(),
  })
  .openapi("Problem");
