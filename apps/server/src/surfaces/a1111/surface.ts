import { Hono } from "hono";
import type { Env, Surface } from "../surface.ts";
import { addControlNet } from "./controlnet-routes.ts";
import { addGeneration } from "./generation.ts";
import { addLists } from "./lists.ts";
import { addProgress } from "./progress.ts";
import { addTools } from "./tools.ts";

/** The API of AUTOMATIC1111's web UI, about the caller's own jobs and settings. */
export const a1111Surface: Surface = {
  name: "a1111",
  prefixes: ["/sdapi/", "/internal/", "/controlnet/"],
  routes(tools) {
    const app = new Hono<Env>();
    addGeneration(app, tools);
    addProgress(app, tools);
    addLists(app, tools);
    addTools(app, tools);
    addControlNet(app, tools);
    return app;
  },
  failure({ status, code, message, hint }, c) {
    const detail = hint === undefined || message.includes(hint) ? message : `${message} (${hint})`;
    return c.json(
      { error: status >= 500 ? "Error" : "HTTPException", detail, body: "", errors: status >= 500 ? detail : code },
      status,
    );
  },
};
