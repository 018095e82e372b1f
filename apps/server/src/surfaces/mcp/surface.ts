import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { AquatintError } from "aquatint";
import { Hono } from "hono";
import type { Env, Surface } from "../surface.ts";
import { mcpServer } from "./server.ts";

/** Code of JSON-RPC for errors of a server's own. */
const SERVER_ERROR = -32000;

/** The Model Context Protocol over streamable HTTP, without sessions: every request has a server of its own. */
export const mcpSurface: Surface = {
  name: "mcp",
  prefixes: ["/mcp"],
  routes(tools) {
    const app = new Hono<Env>();
    app.post("/mcp", async (c) => {
      const parsedBody: unknown = await c.req.json().catch(() => {
        throw new AquatintError("request/json", "the body is no JSON", { hint: "send JSON-RPC" });
      });
      const server = mcpServer({ owner: c.var.account.name, tools, signal: c.req.raw.signal });
      const transport = new WebStandardStreamableHTTPServerTransport();
      await server.connect(transport);
      return transport.handleRequest(c.req.raw, { parsedBody });
    });
    app.on(["GET", "DELETE"], "/mcp", () => {
      throw new AquatintError("request/method", "there are no sessions at /mcp", { hint: "send POST requests" });
    });
    return app;
  },
  failure({ status, code, message, hint }, c) {
    const data = { code, ...(hint !== undefined && { hint }) };
    return c.json({ jsonrpc: "2.0", error: { code: SERVER_ERROR, message, data }, id: null }, status);
  },
};
