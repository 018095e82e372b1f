import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AquatintError } from "aquatint";
import { escapedMarkup } from "aquatint/formats";
import { metaPolicy } from "../site/headers.ts";
import { SAME_SERVER, SERVER_META } from "../site/server-address.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

/** A file of the page. */
export interface SiteFile {
  readonly path: string;
  readonly size: number;
  readonly type: string;
  /** Validator of caches: changes with the file. */
  readonly etag: string;
  /** True where the name changes with the content, so that caches may keep it. */
  readonly immutable: boolean;
  /** Its content, where that differs from the file's on disk. */
  readonly bytes?: Uint8Array | undefined;
}

/** What a host adds to the page. */
export interface HostOptions {
  /** The server that the page uses: an origin, or ".." for the one that serves it. */
  readonly server?: string | undefined;
}

/** The folder of the built page in this package. */
export const siteFolder = (): string => fileURLToPath(new URL("../../dist/page", import.meta.url));

/**
 * Every file of a folder by its address; index.html also has that of its folder, "/". Nothing else of the disk has an address.
 * The first page is told its server.
 */
export async function siteFiles(folder: string, { server }: HostOptions = {}): Promise<ReadonlyMap<string, SiteFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const described = await Promise.all(files.map((path) => describe(path, folder)));
  const site = new Map(described);
  for (const [address, file] of described) {
    if (address.endsWith("/index.html")) site.set(address.slice(0, -"index.html".length), file);
  }
  const index = site.get("/");
  if (index) {
    const page = server === undefined ? index : await withServer(index, server);
    return site.set("/", page).set("/index.html", page);
  }
  throw new AquatintError("studio/not-built", `there is no page in ${folder}`, {
    hint: "build it: npm run build -w @aquatint/studio",
  });
}

async function describe(path: string, folder: string): Promise<[address: string, file: SiteFile]> {
  const address = `/${relative(folder, path).split(sep).join("/")}`;
  const { size, mtimeMs } = await stat(path);
  const type = types[extname(path)] ?? "application/octet-stream";
  const etag = `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`;
  return [address, { path, size, type, etag, immutable: address.startsWith("/assets/") }];
}

/** A file of the page that is not on the disk. */
export function jsonFile(content: object): SiteFile {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  const etag = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;
  return { path: "", size: bytes.length, type: "application/json", etag, immutable: false, bytes };
}

const policyElement = /<meta http-equiv="Content-Security-Policy"[^>]*>/;

/** The page with the address of its server, which its policy lets it call. */
async function withServer(index: SiteFile, server: string): Promise<SiteFile> {
  const text = await readFile(index.path, "utf8");
  const origin = server === SAME_SERVER ? undefined : server;
  const meta = `<meta name="${SERVER_META}" content="${escapedMarkup(server)}">`;
  const page = text
    .replace(policyElement, `<meta http-equiv="Content-Security-Policy" content="${metaPolicy(origin)}">`)
    .replace(new RegExp(`<meta name="${SERVER_META}"[^>]*>`), "")
    .replace("</head>", `${meta}</head>`);
  const bytes = new TextEncoder().encode(page);
  const etag = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;
  return { ...index, bytes, etag, size: bytes.length };
}
