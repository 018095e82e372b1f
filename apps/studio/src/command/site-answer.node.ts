import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { headersFor } from "../site/headers.ts";
import { SAME_SERVER } from "../site/server-address.ts";
import { type SiteFile, siteFiles } from "./site-files.node.ts";

/** A request for a file of the page. */
export interface SiteRequest {
  readonly method: string;
  /** Address below the page's own, "/" for the page. */
  readonly address: string;
  readonly range?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** An answer: its headers, and the part of a file or the bytes that follow. */
export interface SiteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: { readonly path: string; readonly start: number; readonly end: number } | Uint8Array | undefined;
}

/** Answers requests for the files of a page, with the headers of each. */
export function siteAnswer(
  files: ReadonlyMap<string, SiteFile>,
  { method, address, range, ifNoneMatch }: SiteRequest,
  headersOf: (address: string) => Readonly<Record<string, string>>,
): SiteAnswer {
  const headers = headersOf(address);
  const file = files.get(address);
  if (method !== "GET" && method !== "HEAD") return { status: 405, headers: { ...headers, Allow: "GET, HEAD" } };
  if (!file) return { status: 404, headers };
  const common = {
    ...headers,
    ETag: file.etag,
    "Accept-Ranges": "bytes",
    "Cache-Control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
  };
  if (ifNoneMatch === file.etag) return { status: 304, headers: common };
  const part = partOf(range, file.size);
  if (part === "outside") return { status: 416, headers: { ...common, "Content-Range": `bytes */${file.size}` } };
  const { start, end } = part ?? { start: 0, end: file.size - 1 };
  return {
    status: part ? 206 : 200,
    headers: {
      ...common,
      ...(part && { "Content-Range": `bytes ${start}-${end}/${file.size}` }),
      "Content-Type": file.type,
      "Content-Length": String(end - start + 1),
    },
    body: method === "HEAD" || file.size === 0 ? undefined : bodyOf(file, start, end),
  };
}

const bodyOf = ({ path, bytes }: SiteFile, start: number, end: number): NonNullable<SiteAnswer["body"]> =>
  bytes?.subarray(start, end + 1) ?? { path, start, end };

interface Part {
  readonly start: number;
  readonly end: number;
}

/** The one part of a file that is asked for; undefined for the whole, as for several parts. */
function partOf(range: string | undefined, size: number): Part | "outside" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? "outside" : { start, end };
}

/** The page of a folder as answers of the server that it uses, which serves it one level below its own address. @throws AquatintError "studio/not-built". */
export async function siteResponses(folder: string): Promise<(request: SiteRequest) => Response> {
  const files = await siteFiles(folder, { server: SAME_SERVER });
  return (request) => {
    const { status, headers, body } = siteAnswer(files, request, (address) => headersFor(address));
    return new Response(responseBody(body), { status, headers });
  };
}

function responseBody(body: SiteAnswer["body"]): BodyInit | null {
  if (body === undefined) return null;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  const { path, start, end } = body;
  return Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream;
}
