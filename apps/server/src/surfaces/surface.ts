import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, Hono } from "hono";
import type { HttpFailure } from "../app/failure.ts";
import type { Account } from "../auth/accounts.ts";
import type { ModelChecks } from "../jobs/checks/checks.ts";
import type { JobService } from "../jobs/service.ts";
import type { ModelCatalog } from "../models/catalog.ts";
import type { UserOptions } from "../models/user-options.ts";

/** What the handlers of a request read. */
export interface Env {
  Variables: { readonly account: Account; readonly requestId: string };
}

/** What every surface is made of. */
export interface SurfaceTools {
  readonly jobs: JobService;
  readonly models: ModelCatalog;
  /** The files that can be used with a model. */
  readonly fitting: ModelChecks["fitting"];
  readonly options: UserOptions;
  /** Where clients reach a server behind a proxy. */
  readonly publicUrl: string | undefined;
  /** Hours that ended jobs and their files are kept. */
  readonly keepHours: number;
  readonly limits: {
    readonly maxQueued: number;
    readonly maxQueuedPerUser: number;
    readonly maxUnits: number;
    readonly maxPixels: number;
  };
}

/** A way in: routes that read requests and write answers in their own shapes. */
export interface Surface {
  readonly name: string;
  /** Beginnings of the paths whose errors have this surface's shape. */
  readonly prefixes: readonly string[];
  routes(tools: SurfaceTools): Hono<Env> | OpenAPIHono<Env>;
  failure(failure: HttpFailure, context: Context<Env>): Response;
}
