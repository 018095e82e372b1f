import { OpenAPIHono } from "@hono/zod-openapi";
import { escapedMarkup } from "aquatint/formats";
import { version } from "../../version.ts";
import type { Env, SurfaceTools } from "../surface.ts";
import { jobsSurface } from "./surface.ts";

/** The parts of an OpenAPI document that the page shows. */
interface Document {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}
interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
  }[];
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
}

const info = {
  openapi: "3.1.0",
  info: {
    title: "Aquatint",
    version,
    description:
      "Jobs that make images and clips. The APIs of AUTOMATIC1111 and OpenAI, which the server has too, are described in their own documentation.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/" }],
};

/** /v1/openapi.json, and /v1/docs for people. */
export function documentation(): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>();
  const document = openApiDocument();
  const page = pageOf(document);
  app.get("/v1/openapi.json", (c) => c.json(document));
  app.get("/v1/docs", (c) => c.html(page));
  return app;
}

/** The description of our own surface, OpenAPI 3.1. */
export function openApiDocument(): object {
  const described = jobsSurface.routes({} as SurfaceTools) as OpenAPIHono<Env>;
  described.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  return described.getOpenAPI31Document(info);
}

const style =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}code,pre{font:14px ui-monospace,monospace}" +
  "pre{overflow:auto;background:#8882;padding:1rem}table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}" +
  "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}a{color:#8cf}}";

/** The document as one page without scripts. */
function pageOf(document: Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationHtml(method, path, operation)),
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<h3 id="${name}">${name}</h3><pre>${escapedMarkup(JSON.stringify(schema, undefined, 2))}</pre>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Aquatint API</title>
<meta name="viewport" content="width=device-width"><style>${style}</style>
<h1>Aquatint API</h1><p>Version ${version}. <a href="/v1/openapi.json">OpenAPI 3.1</a></p>
${operations.join("\n")}<h2>Schemas</h2>${schemas.join("\n")}</html>`;
}

function operationHtml(
  method: string,
  path: string,
  { summary = "", parameters = [], responses = {} }: Operation,
): string {
  const fields = parameters.map(
    ({ name, in: location, required, description = "" }) =>
      `<tr><td><code>${escapedMarkup(name)}</code><td>${location}${required ? ", required" : ""}<td>${escapedMarkup(description)}`,
  );
  const answers = Object.entries(responses).map(
    ([status, { description = "" }]) => `<tr><td><code>${status}</code><td colspan=2>${escapedMarkup(description)}`,
  );
  return `<h2><code>${method.toUpperCase()} ${escapedMarkup(path)}</code></h2><p>${escapedMarkup(summary)}</p><table>${[...fields, ...answers].join("")}</table>`;
}
