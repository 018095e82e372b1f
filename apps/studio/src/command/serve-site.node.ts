import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { AquatintError, messageOf } from "aquatint";
import { HUB, headersFor } from "../site/headers.ts";
import { type SiteFile, siteFiles } from "./site-files.node.ts";

/** Options of `serveSite`. */
export interface SiteOptions {
  /** The built page. */
  readonly folder: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Address of the hub from which visitors may fetch models; the Hugging Face Hub's when absent. */
  readonly hub?: string | undefined;
}

/** The page, served. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page to this machine, with the headers that it needs. @throws AquatintError "studio/…". */
export async function serveSite({ folder, port, hub = HUB }: SiteOptions): Promise<Site> {
  const files = await siteFiles(folder);
  const server = createServer((request, response) => answer({ files, hub }, request, response));
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${actual}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(portError(port, cause)));
    server.listen(port, "localhost", resolve);
  });

function portError(port: number, cause: NodeJS.ErrnoException): AquatintError {
  if (cause.code !== "EADDRINUSE") {
    return new AquatintError("studio/port", `cannot listen on port ${port}: ${messageOf(cause)}`, {
      hint: "give another port: --port 8080",
      cause,
    });
  }
  return new AquatintError("studio/port", `port ${port} is in use`, {
    hint: `the studio may be open already at http://localhost:${port}/; another port has a gallery of its own: --port ${port + 1}`,
    cause,
  });
}

interface Part {
  readonly start: number;
  readonly end: number;
}

interface SiteContent {
  readonly files: ReadonlyMap<string, SiteFile>;
  readonly hub: string;
}

function answer({ files, hub }: SiteContent, request: IncomingMessage, response: ServerResponse): void {
  const { method = "GET", url = "/", headers } = request;
  const path = pathOf(url);
  const file = files.get(path);
  const siteHeaders = headersFor(path, hub);
  const end = (status: number, extra: Record<string, string> = {}) =>
    response.writeHead(status, { ...siteHeaders, ...extra }).end();
  if (method !== "GET" && method !== "HEAD") return void end(405, { Allow: "GET, HEAD" });
  if (path === "/hub.json")
    return void response
      .writeHead(200, { ...siteHeaders, "Content-Type": "application/json" })
      .end(JSON.stringify({ endpoint: hub }));
  if (!file) return void end(404);
  const common = {
    ETag: file.etag,
    "Accept-Ranges": "bytes",
    "Cache-Control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (headers["if-none-match"] === file.etag) return void end(304, common);
  const part = partOf(headers.range, file.size);
  if (part === "outside") return void end(416, { ...common, "Content-Range": `bytes */${file.size}` });
  const { start, end: last } = part ?? { start: 0, end: file.size - 1 };
  response.writeHead(part ? 206 : 200, {
    ...siteHeaders,
    ...common,
    ...(part && { "Content-Range": `bytes ${start}-${last}/${file.size}` }),
    "Content-Type": file.type,
    "Content-Length": last - start + 1,
  });
  if (method === "HEAD" || file.size === 0) response.end();
  else pipeline(createReadStream(file.path, { start, end: last }), response, () => {});
}

function pathOf(url: string): string {
  try {
    return decodeURIComponent(url.replace(/[?#].*$/, ""));
  } catch {
    return "";
  }
}

/** The one part of a file that is asked for; undefined for the whole, as for several parts. */
function partOf(range: string | undefined, size: number): Part | "outside" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? "outside" : { start, end };
}
