import { readdir, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AquatintError } from "aquatint";

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
}

/** The folder of the built page in this package. */
export const siteFolder = (): string => fileURLToPath(new URL("../../dist/page", import.meta.url));

/** Every file of a folder by its address; index.html also has that of its folder, "/". Nothing else of the disk has an address. */
export async function siteFiles(folder: string): Promise<ReadonlyMap<string, SiteFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const described = await Promise.all(files.map((path) => describe(path, folder)));
  const site = new Map(described);
  for (const [address, file] of described) {
    if (address.endsWith("/index.html")) site.set(address.slice(0, -"index.html".length), file);
  }
  if (site.has("/")) return site;
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
