import { OpenAPIHono } from "@hono/zod-openapi";
import { AquatintError } from "aquatint";
import { samplers, scheduleWords } from "aquatint/diffusion";
import { streamSSE } from "hono/streaming";
import { kindNamed, kinds } from "../../jobs/kinds/index.ts";
import { modelKinds } from "../../models/catalog.ts";
import { version } from "../../version.ts";
import type { Env, Surface, SurfaceTools } from "../surface.ts";
import { streamEvents } from "./events.ts";
import { jobJson } from "./job-json.ts";
import { addPage } from "./page.ts";
import * as routes from "./routes.ts";

/** Our own surface: jobs with all that is known of them, described by OpenAPI. */
export const jobsSurface: Surface = {
  name: "jobs",
  prefixes: ["/v1/jobs", "/v1/capabilities", "/v1/account"],
  routes(tools) {
    const app = new OpenAPIHono<Env>({ defaultHook: refuseInvalid });
    addJobs(app, tools);
    addEvents(app, tools);
    addPage(app, tools);
    app.openapi(routes.capabilitiesRoute, async (c) => c.json(await capabilities(tools), 200));
    return app;
  },
  failure({ status, code, message, hint }, c) {
    const title = code.startsWith("server/") ? "The server failed" : "The request was refused";
    const problem = { type: "about:blank", title, status, detail: message, code, ...(hint !== undefined && { hint }) };
    return c.body(JSON.stringify(problem), status, { "content-type": "application/problem+json" });
  },
};

/** Names the first field that is wrong. */
const refuseInvalid = (result: {
  readonly success: boolean;
  readonly error?: { readonly issues: readonly Issue[] };
}) => {
  if (result.success) return;
  const { path = [], message = "", keys } = result.error?.issues[0] ?? {};
  const where = [...path, ...(keys ?? []).slice(0, 1)].join(".");
  throw new AquatintError("request/invalid", where ? `${where}: ${message}` : message, {
    hint: "/v1/docs describes every field",
  });
};
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function addJobs(app: OpenAPIHono<Env>, { jobs }: SurfaceTools): void {
  app.openapi(routes.submitRoute, async (c) => {
    const { kind, ...request } = c.req.valid("json");
    const owner = c.var.account.name;
    const idempotencyKey = c.req.valid("header")["idempotency-key"];
    const job = await jobs.submit({ owner, surface: "jobs", kind: kindNamed(String(kind)), request, idempotencyKey });
    return c.json(jobJson(await jobs.get(owner, job.id)), 202, { location: `/v1/jobs/${job.id}` });
  });
  app.openapi(routes.listRoute, async (c) => {
    const { state, limit } = c.req.valid("query");
    const list = await jobs.list({ owner: c.var.account.name, states: state && [state], limit });
    return c.json({ jobs: list.map((job) => jobJson({ job, estimate: undefined })) }, 200);
  });
  app.openapi(routes.getRoute, async (c) =>
    c.json(jobJson(await jobs.get(c.var.account.name, c.req.valid("param").id)), 200),
  );
  app.openapi(routes.cancelRoute, async (c) => {
    const [owner, { id }] = [c.var.account.name, c.req.valid("param")];
    await jobs.stop(owner, id, c.req.valid("query").keep === "finished" ? "interrupt" : "cancel");
    return c.json(jobJson(await jobs.get(owner, id)), 200);
  });
}

function addEvents(app: OpenAPIHono<Env>, { jobs }: SurfaceTools): void {
  app.openapi(routes.eventsRoute, async (c) => {
    const [owner, { id }] = [c.var.account.name, c.req.valid("param")];
    const { previews, cancel } = c.req.valid("query");
    await jobs.get(owner, id); // an unknown job is no stream
    return streamSSE(c, async (stream) => {
      const abort = new AbortController();
      stream.onAbort(() => {
        abort.abort();
        if (cancel === "disconnect") void jobs.stop(owner, id, "cancel").catch(() => {});
      });
      await streamEvents(stream, { jobs, owner, id, previews: previews === "true", signal: abort.signal });
    });
  });
  app.openapi(routes.fileRoute, async (c) => {
    const { id, index } = c.req.valid("param");
    const { bytes, type } = await jobs.file(c.var.account.name, id, index);
    return c.body(bytes, 200, {
      "content-type": type,
      "cache-control": "private, max-age=3600",
      vary: "authorization",
    });
  });
}

async function capabilities({ models, limits }: SurfaceTools) {
  const files = modelKinds.map(async (kind) => [kind, (await models.list(kind)).map(({ name }) => name)] as const);
  return {
    version,
    kinds: kinds.map(({ name, summary }) => ({ name, summary })),
    samplers: Object.values(samplers).map(({ name, title }) => ({ name, title })),
    schedules: Object.keys(scheduleWords),
    files: Object.fromEntries(await Promise.all(files)),
    limits,
  };
}
