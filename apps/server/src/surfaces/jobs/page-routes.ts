import { createRoute, z } from "@hono/zod-openapi";
import { jobId, json, problem, security, unknownJob } from "./route-parts.ts";

const names = z.array(z.string());

/** Says who the caller is. */
export const accountRoute = createRoute({
  method: "get",
  path: "/v1/account",
  tags: ["server"],
  summary: "Say who the token belongs to, and how long the server keeps images",
  security,
  responses: {
    200: json(
      z.object({
        name: z.string(),
        role: z.enum(["admin", "user"]),
        keepHours: z.number().describe("hours that ended jobs and their files are kept"),
      }),
      "The account.",
    ),
    401: problem("The server needs a token, or does not know this one."),
  },
});

/** Says what a model is, and what can be used with it. */
export const modelRoute = createRoute({
  method: "get",
  path: "/v1/model",
  tags: ["server"],
  summary: "Say what a model is, its own settings, and the files that can be used with it",
  security,
  request: {
    query: z.object({
      name: z.string().max(200).optional().openapi({ description: "the server's first model if absent" }),
    }),
  },
  responses: {
    200: json(
      z.object({
        name: z.string(),
        family: z.string().nullable().describe('"sd1", "sdxl"; null where it is of no known one'),
        settings: z
          .object({
            sampleSize: z.int().describe("side of the images that it was trained at, in pixels"),
            multiple: z.int().describe("unit of all sides, in pixels"),
            steps: z.int(),
            guidance: z.number(),
            sampler: z.string(),
          })
          .nullable()
          .describe("null where the model cannot be opened"),
        loras: names,
        embeddings: names,
        controlNets: names,
        vaes: names,
      }),
      "The model.",
    ),
    400: problem("There is no model of this name."),
  },
});

/** Marks a file. */
export const favoriteRoute = createRoute({
  method: "put",
  path: "/v1/jobs/{id}/files/{index}/favorite",
  tags: ["jobs"],
  summary: "Mark a file as a favorite, which is kept longer than others, or not",
  security,
  request: {
    params: jobId.extend({ index: z.coerce.number().int().min(0).max(1000) }),
    body: { required: true, content: { "application/json": { schema: z.strictObject({ favorite: z.boolean() }) } } },
  },
  responses: {
    204: { description: "The file is marked, or not any more." },
    422: problem("You have too many favorites."),
    ...unknownJob,
  },
});

/** Reads a file of a job as a smaller image. */
export const thumbnailRoute = createRoute({
  method: "get",
  path: "/v1/jobs/{id}/files/{index}/thumbnail",
  tags: ["jobs"],
  summary: "Read a file of a finished job as a smaller PNG: of a clip its first frame",
  security,
  request: {
    params: jobId.extend({ index: z.coerce.number().int().min(0).max(1000) }),
    query: z.strictObject({
      size: z.coerce.number().int().min(16).max(1024).default(384).openapi({
        description: "the longer side in pixels; a smaller image stays as it is",
      }),
    }),
  },
  responses: {
    200: { content: { "image/png": { schema: z.string() } }, description: "The bytes of a PNG file." },
    404: problem("There is no such file."),
  },
});

/** Removes a job that has ended. */
export const removeRoute = createRoute({
  method: "delete",
  path: "/v1/jobs/{id}",
  tags: ["jobs"],
  summary: "Remove a job that has ended, with its files",
  security,
  request: { params: jobId },
  responses: {
    204: { description: "The job and its files are gone." },
    409: problem("The job waits or runs: cancel it first."),
    ...unknownJob,
  },
});
