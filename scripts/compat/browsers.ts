import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { chromium } from "playwright";
import { findChromium } from "../browser.ts";
import { type BundlerName, bundlerConfigs } from "./bundler-configs.ts";
import { bundlerProject } from "./bundlers.ts";
import { exec } from "./exec.ts";
import { checkPixels } from "./image.ts";
import { NotRun, type Row } from "./row.ts";
import { program } from "./runtimes.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};
const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** Serves a folder as a static site, cross-origin isolated. */
async function serve(folder: string): Promise<Server> {
  const server = createServer(async ({ url = "/" }, response) => {
    const path = new URL(url, "http://localhost").pathname.replace(/\/$/, "/index.html");
    const body = await readFile(join(folder, path)).catch(() => undefined);
    if (!body) return response.writeHead(404).end();
    response
      .writeHead(200, { ...headers, "content-type": types[extname(path)] ?? "application/octet-stream" })
      .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Opens a page in Chromium and checks what it drew. Returns the browser's version. */
export async function checkPage(address: string): Promise<string> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new NotRun("there is no Chromium");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
    page.on(
      "response",
      (response) => response.status() >= 400 && problems.push(`${response.status()}: ${response.url()}`),
    );
    await page.goto(address);
    await page.waitForFunction("window.drawn", undefined, { timeout: 150_000 }).catch((error: Error) => {
      throw new Error(`${error.message}\n${problems.join("\n")}`);
    });
    const drawn = await page.evaluate<{ error?: string; width: number; height: number; deviation: number }>(
      "window.drawn",
    );
    if (drawn.error) throw new Error(`${drawn.error}\n${problems.join("\n")}`);
    checkPixels(drawn);
    return `Chromium ${browser.version()}`;
  } finally {
    await browser.close();
  }
}

const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';

const pageRow = (bundler: BundlerName): Row => ({
  name: `${bundler}-browser`,
  what: `${bundler}: a page for the browser, one image on wasm`,
  async run(context) {
    const { cwd, version } = await bundlerProject(context, {
      "page.js": await program("page.js"),
      "build.mjs": bundlerConfigs[bundler].browser,
    });
    const out = join(cwd, "out");
    await mkdir(out);
    await exec(process.execPath, ["build.mjs"], { cwd });
    await writeFile(join(out, "index.html"), html);
    await cp(join(cwd, "node_modules/aquatint/model-emoji/latent"), join(out, "model"), { recursive: true });
    const server = await serve(out);
    try {
      const { port } = server.address() as AddressInfo;
      return `${bundler} ${await version(bundler)}, ${await checkPage(`http://127.0.0.1:${port}/`)}`;
    } finally {
      server.close();
    }
  },
});

const names: readonly BundlerName[] = ["esbuild", "rollup", "webpack", "vite"];

/** Bundles that run in a page. */
export const browserRows: readonly Row[] = names.map(pageRow);
