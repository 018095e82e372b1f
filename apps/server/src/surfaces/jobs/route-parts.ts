import { z } from "@hono/zod-openapi";
import { problemSchema } from "./schemas.ts";

/** An answer in JSON. */
export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  content: { "application/json": { schema } },
  description,
});

/** An answer that says what went wrong. */
export const problem = (description: string) => ({
  content: { "application/problem+json": { schema: problemSchema } },
  description,
});

/** The answer where a job is not the caller's. */
export const unknownJob = { 404: problem("There is no such job, or it is another user's.") };
/** The parameter that names a job. */
export const jobId = z.object({ id: z.string().openapi({ description: "id of the job" }) });
/** Routes that need a token where the server has users. */
export const security = [{ token: [] }];
