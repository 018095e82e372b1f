import type { Context } from "hono";
import type { Job } from "../jobs/types.ts";
import type { Env, SurfaceTools } from "./surface.ts";

/** Tells whether a caller wants the end of its job where it leaves before. */
export const cancelsOnDisconnect = (c: Context<Env>): boolean => c.req.header("x-cancel-on-disconnect") === "true";

/** The job when it has ended; where the caller leaves, it goes on unless the caller asked for its end. */
export async function endOrCancel(
  c: Context<Env>,
  { id, owner }: Job,
  { jobs }: Pick<SurfaceTools, "jobs">,
): Promise<Job> {
  const { signal } = c.req.raw;
  try {
    return await jobs.end(owner, id, signal);
  } catch (error) {
    if (signal.aborted && cancelsOnDisconnect(c)) await jobs.stop(owner, id, "cancel");
    throw error;
  }
}
