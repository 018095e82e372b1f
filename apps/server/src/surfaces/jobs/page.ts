import type { OpenAPIHono } from "@hono/zod-openapi";
import { thumbnail } from "../../jobs/thumbnail.ts";
import type { Env, SurfaceTools } from "../surface.ts";
import * as routes from "./page-routes.ts";

/** What a page needs besides jobs: who is signed in, what a model is, and a gallery that images can be removed from. */
export function addPage(app: OpenAPIHono<Env>, { jobs, models, fitting, keepHours }: SurfaceTools): void {
  app.openapi(routes.accountRoute, (c) => {
    const { name, role } = c.var.account;
    return c.json({ name, role, keepHours }, 200);
  });
  app.openapi(routes.modelRoute, async (c) => {
    const { name } = await models.find("model", c.req.valid("query").name);
    const { family = null, settings = null, ...files } = await fitting(name);
    const [loras, embeddings] = [[...files.loras], [...files.embeddings]];
    const [controlNets, vaes] = [[...files.controlNets], [...files.vaes]];
    return c.json({ name, family, settings, loras, embeddings, controlNets, vaes }, 200);
  });
  app.openapi(routes.favoriteRoute, async (c) => {
    const { id, index } = c.req.valid("param");
    await jobs.mark(c.var.account.name, id, { index, favorite: c.req.valid("json").favorite });
    return c.body(null, 204);
  });
  app.openapi(routes.thumbnailRoute, async (c) => {
    const { id, index } = c.req.valid("param");
    const file = await jobs.file(c.var.account.name, id, index);
    return c.body(await thumbnail(file, c.req.valid("query").size), 200, {
      "content-type": "image/png",
      "cache-control": "private, max-age=3600",
      vary: "authorization",
    });
  });
  app.openapi(routes.removeRoute, async (c) => {
    await jobs.remove(c.var.account.name, c.req.valid("param").id);
    return c.body(null, 204);
  });
}
