import { createRoute, z } from "@hono/zod-openapi";
import { jobStates } from "../../jobs/types.ts";
import { jobId, json, problem, security, unknownJob } from "./route-parts.ts";
import { jobRequestSchema, jobSchema } from "./schemas.ts";

/** Adds a job. */
export const submitRoute = createRoute({
  method: "post",
  path: "/v1/jobs",
  tags: ["jobs"],
  summary: "Submit a job",
  security,
  request: {
    headers: z.object({
      "idempotency-key": z
        .string()
        .min(1)
        .max(200)
        .optional()
        .openapi({ description: "requests with the same key get the same job" }),
    }),
    body: { required: true, content: { "application/json": { schema: jobRequestSchema } } },
  },
  responses: {
    202: json(jobSchema, "The job waits."),
    400: problem("The request is wrong. The problem says what was expected."),
    413: problem("The body is too large."),
    422: problem(
      "The job is too large for the memory or the budget, or the idempotency key was used for another request.",
    ),
    429: problem("Too many jobs are waiting, or too many requests were sent; Retry-After says when to try again."),
  },
});

/** Lists jobs. */
export const listRoute = createRoute({
  method: "get",
  path: "/v1/jobs",
  tags: ["jobs"],
  summary: "List your jobs, newest first",
  security,
  request: {
    query: z.object({
      state: z.enum(jobStates).optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
  },
  responses: { 200: json(z.object({ jobs: z.array(jobSchema) }), "The jobs.") },
});

/** Reads a job. */
export const getRoute = createRoute({
  method: "get",
  path: "/v1/jobs/{id}",
  tags: ["jobs"],
  summary: "Read a job",
  security,
  request: { params: jobId },
  responses: { 200: json(jobSchema, "The job."), ...unknownJob },
});

/** Stops a job. */
export const cancelRoute = createRoute({
  method: "post",
  path: "/v1/jobs/{id}/cancel",
  tags: ["jobs"],
  summary: "Stop a job",
  security,
  request: {
    params: jobId,
    query: z.object({
      keep: z
        .enum(["nothing", "finished"])
        .default("nothing")
        .openapi({ description: "finished: the job counts as done, with the files that are finished" }),
    }),
  },
  responses: { 200: json(jobSchema, "The job, which ends soon."), ...unknownJob },
});

/** Streams the events of a job. */
export const eventsRoute = createRoute({
  method: "get",
  path: "/v1/jobs/{id}/events",
  tags: ["jobs"],
  summary: "Follow a job: server-sent events queued, progress, and done, failed or canceled",
  security,
  request: {
    params: jobId,
    query: z.object({
      previews: z
        .enum(["true", "false"])
        .default("true")
        .openapi({ description: "progress events contain small images" }),
      cancel: z
        .enum(["never", "disconnect"])
        .default("never")
        .openapi({ description: "disconnect: the job is canceled if the client closes the stream early" }),
    }),
  },
  responses: {
    200: { content: { "text/event-stream": { schema: z.string() } }, description: "The events, until the job's end." },
    ...unknownJob,
  },
});

/** Reads a file of a job. */
export const fileRoute = createRoute({
  method: "get",
  path: "/v1/jobs/{id}/files/{index}",
  tags: ["jobs"],
  summary: "Read a file of a finished job",
  security,
  request: { params: jobId.extend({ index: z.coerce.number().int().min(0).max(1000) }) },
  responses: { 200: { description: "The bytes of the file." }, 404: problem("There is no such file.") },
});

/** Says what the server offers. */
export const capabilitiesRoute = createRoute({
  method: "get",
  path: "/v1/capabilities",
  tags: ["server"],
  summary: "Kinds of jobs, samplers, files that requests may name, and limits",
  security,
  responses: { 200: json(z.record(z.string(), z.unknown()), "What the server offers.") },
});
