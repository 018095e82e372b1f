import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { AquatintError, messageOf } from "aquatint";
import { HUB, headersFor } from "../site/headers.ts";
import { siteAnswer } from "./site-answer.node.ts";
import { jsonFile, type SiteFile, siteFiles } from "./site-files.node.ts";

/** Options of `serveSite`. */
export interface SiteOptions {
  /** The built page. */
  readonly folder: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Origin of an `aquatint serve` that the page may use. */
  readonly server?: string | undefined;
  /** Address of the hub from which visitors may fetch models; the Hugging Face Hub's when absent. */
  readonly hub?: string | undefined;
}

/** The page, served. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page to this machine, with the headers that it needs. @throws AquatintError "studio/…". */
export async function serveSite({ folder, port, server: origin, hub = HUB }: SiteOptions): Promise<Site> {
  const files = new Map(await siteFiles(folder, { server: origin }));
  files.set("/hub.json", jsonFile({ endpoint: hub }));
  const headersOf = (path: string) => headersFor(path, { server: origin, hub });
  const server = createServer((request, response) => answer(request, response, { files, headersOf }));
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

interface AnswerContext {
  readonly files: ReadonlyMap<string, SiteFile>;
  readonly headersOf: (path: string) => Readonly<Record<string, string>>;
}

function answer(request: IncomingMessage, response: ServerResponse, { files, headersOf }: AnswerContext): void {
  const { method = "GET", url = "/", headers: sent } = request;
  const siteRequest = { method, address: pathOf(url), range: sent.range, ifNoneMatch: sent["if-none-match"] };
  const { status, headers, body } = siteAnswer(files, siteRequest, headersOf);
  response.writeHead(status, headers);
  if (body === undefined) response.end();
  else if (body instanceof Uint8Array) response.end(body);
  else pipeline(createReadStream(body.path, body), response, () => {});
}

function pathOf(url: string): string {
  try {
    return decodeURIComponent(url.replace(/[?#].*$/, ""));
  } catch {
    return "";
  }
}
