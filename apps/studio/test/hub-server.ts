import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** Faults of the content of large files, one for each request; none when the list is empty. */
export type HubFault = "truncate" | "stall" | "corrupt" | "no-ranges" | "busy";

/** A hub of the tests, with the Hugging Face Hub's addresses and headers. */
export interface HubServer {
  readonly url: string;
  readonly commit: string;
  readonly faults: HubFault[];
  readonly requests: {
    readonly path: string;
    readonly range: string | undefined;
    readonly token: string | undefined;
  }[];
  close(): Promise<void>;
}

/** Files of a folder by their paths. */
export async function filesIn(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.map(
    async (path) => [path.slice(folder.length + 1).replaceAll("\\", "/"), await readFile(path)] as const,
  );
  return new Map(await Promise.all(files));
}

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const isLarge = (path: string): boolean => path.endsWith(".safetensors");
const sha1 = (bytes: Uint8Array) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const cors = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization, range, content-type",
  "Access-Control-Expose-Headers": "Link, Content-Range",
};

/** Repositories by their names; those in `gated` want a token. */
export interface HubContent {
  readonly repositories: Readonly<Record<string, ReadonlyMap<string, Uint8Array>>>;
  readonly gated?: Readonly<Record<string, string>>;
}

/** Serves repositories on a free port of this machine. */
export async function openHub({ repositories, gated = {} }: HubContent): Promise<HubServer> {
  const faults: HubFault[] = [];
  const requests: HubServer["requests"] = [];
  const open = new Set<ServerResponse>();
  const answer = ({ method, url = "", headers }: IncomingMessage, response: ServerResponse) => {
    open.add(response);
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    if (method === "OPTIONS") return void response.writeHead(204).end();
    const path = decodeURIComponent(new URL(url, "http://hub").pathname);
    const [, repo = "", rest = ""] = /^\/(?:api\/models\/)?([^/]+\/[^/]+)\/(.*)$/.exec(path) ?? [];
    const files = repositories[repo];
    requests.push({ path, range: headers.range, token: headers.authorization });
    if (!files) return void response.writeHead(404, { "x-error-code": "RepoNotFound" }).end('{"error":"not found"}');
    const right = gated[repo];
    if (right && headers.authorization !== `Bearer ${right}`)
      return void response.writeHead(401, { "x-error-code": "GatedRepo" }).end('{"error":"gated"}');
    if (!path.startsWith("/api/")) return sendFile(rest, { files, headers, faults }, response);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(rest.startsWith("tree/") ? treeOf(files) : infoOf(repo)));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, commit: COMMIT, faults, requests },
    close: () =>
      new Promise((resolve) => {
        for (const response of open) response.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const infoOf = (repo: string) => ({
  ...{ _id: "1", id: repo, sha: COMMIT, private: false, gated: false, downloads: 0, likes: 0 },
  lastModified: "2026-01-01T00:00:00.000Z",
});

const treeOf = (files: ReadonlyMap<string, Uint8Array>) =>
  Array.from(files, ([path, bytes]) => ({
    ...{ type: "file", path, size: bytes.length, oid: sha1(bytes) },
    ...(isLarge(path) && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }),
  }));

interface Sent {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly headers: IncomingMessage["headers"];
  readonly faults: HubFault[];
}

function sendFile(rest: string, { files, headers, faults }: Sent, response: ServerResponse): void {
  const path = rest.replace(`resolve/${COMMIT}/`, "");
  const content = files.get(path);
  if (!content) return void response.writeHead(404).end();
  const fault = isLarge(path) ? faults.shift() : undefined;
  if (fault === "busy") return void response.writeHead(429).end();
  const start = fault === "no-ranges" ? 0 : Number(/^bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
  const body = Uint8Array.from(content.subarray(start));
  if (fault === "corrupt") body[body.length - 1]! ^= 255;
  response.writeHead(start > 0 ? 206 : 200, {
    "content-length": body.length,
    ...(start > 0 && { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  const half = body.subarray(0, body.length >> 1);
  if (fault === "truncate") response.write(half, () => setTimeout(() => response.destroy(), 50));
  else if (fault === "stall") response.write(half);
  else response.end(body);
}
