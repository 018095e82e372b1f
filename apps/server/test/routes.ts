import { encodePng } from "aquatint";
import { httpApp } from "../src/app/http.ts";
import type { SurfaceTools } from "../src/surfaces/surface.ts";

/** A route of the application. */
export interface Route {
  readonly method: string;
  /** "/v1/jobs/:id" */
  readonly path: string;
}

/** Every route of the application, read from the application. */
export function applicationRoutes(): readonly Route[] {
  const unused = {} as Parameters<typeof httpApp>[0];
  const app = httpApp({
    ...unused,
    tools: {} as SurfaceTools,
    rules: { hosts: [], origins: [] },
    maxBody: 1,
    requestsPerMinute: 0,
  });
  return app.routes.flatMap(({ method, path }) => (path.endsWith("*") ? [] : [{ method, path }]));
}

/** The path of a route with values for its parameters. */
export const pathOf = (
  { path }: Route,
  { id, index, name }: Readonly<Record<"id" | "index" | "name", string>>,
): string =>
  path
    .replace(/[:{]id}?/, id)
    .replace(/[:{]index}?/, index)
    .replace(/:name\{\.\+\}/, name);

/** A small image as base64. */
export const png = Buffer.from(encodePng({ width: 8, height: 8, channels: 3, data: new Uint8Array(192) })).toString(
  "base64",
);
const small = { prompt: "a cat", steps: 2, width: 8, height: 8 };
const tool = { name: "list_models", arguments: {} };

/** A body that each POST and PUT route takes, undefined where it reads none; `task` is a name of a task. */
export const bodiesOf = (task: string): Readonly<Record<string, unknown>> => ({
  "/v1/jobs": { kind: "text-to-image", ...small },
  "/v1/jobs/:id/cancel": undefined,
  "/v1/jobs/:id/files/:index/favorite": { favorite: true },
  "/v1/images/generations": { prompt: "a cat", steps: 1, size: "8x8" },
  "/v1/images/edits": { prompt: "a cat", steps: 2, size: "8x8", image: png },
  "/sdapi/v1/txt2img": small,
  "/sdapi/v1/img2img": { ...small, init_images: [png] },
  "/sdapi/v1/extra-single-image": { image: png },
  "/sdapi/v1/extra-batch-images": { imageList: [{ data: png, name: "a" }] },
  "/sdapi/v1/png-info": { image: png },
  "/sdapi/v1/interrogate": undefined,
  "/sdapi/v1/options": { samples_format: "jpg" },
  "/sdapi/v1/interrupt": undefined,
  "/sdapi/v1/skip": undefined,
  "/sdapi/v1/refresh-checkpoints": undefined,
  "/sdapi/v1/refresh-vae": undefined,
  "/sdapi/v1/refresh-loras": undefined,
  "/sdapi/v1/refresh-embeddings": undefined,
  "/sdapi/v1/unload-checkpoint": undefined,
  "/sdapi/v1/reload-checkpoint": undefined,
  "/controlnet/detect": { controlnet_images: [png] },
  "/internal/progress": { id_task: task },
  "/mcp": { jsonrpc: "2.0", id: 1, method: "tools/call", params: tool },
});

/** Multipart bodies: these routes take no JSON. */
export const multipart: ReadonlySet<string> = new Set(["/v1/images/edits"]);

/** Fields as a multipart form; base64 of `image` and `mask` become files. */
export function formOf(fields: Readonly<Record<string, unknown>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (name !== "image" && name !== "mask") form.append(name, text ?? "");
    else form.append(name, new Blob([Buffer.from(text ?? "", "base64")], { type: "image/png" }), `${name}.png`);
  }
  return form;
}
