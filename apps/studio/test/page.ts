import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Worker,
} from "playwright";
import { build } from "vite";
import { findChromium } from "../../../scripts/browser.ts";
import { type Site, type SiteOptions, serveSite } from "../src/command/serve-site.node.ts";
import type { ModelManifest } from "../src/engine/hosted/manifest.ts";
import { initialSettings, type Settings } from "../src/settings/settings.ts";

/** The Chromium of the tests; undefined where none is installed. */
export const executablePath = findChromium();

/** Milliseconds that a page is waited for. Only what never comes reaches them: on a busy machine an image takes minutes. */
export const PATIENCE = 300_000;

/** The built page, served, and a browser. */
export interface Studio {
  readonly site: Site;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Builds as for publishing: Vite reads NODE_ENV, which says "test" here. */
async function published<T>(work: () => Promise<T>): Promise<T> {
  const { NODE_ENV } = process.env;
  process.env["NODE_ENV"] = "production";
  try {
    return await work();
  } finally {
    process.env["NODE_ENV"] = NODE_ENV;
  }
}

/** Builds the page into a folder of its own. */
export async function buildPage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "studio-"));
  const root = fileURLToPath(new URL("..", import.meta.url));
  await published(() =>
    build({ root, configFile: join(root, "vite.config.ts"), logLevel: "error", build: { outDir: folder } }),
  );
  return folder;
}

/** Builds the page and serves it as `aquatint studio` does. */
export async function openStudio(options: Pick<SiteOptions, "hub"> = {}): Promise<Studio> {
  const folder = await buildPage();
  const site = await serveSite({ folder, port: 0, ...options });
  const args = ["--enable-unsafe-webgpu", "--enable-features=Vulkan", "--use-webgpu-adapter=swiftshader"];
  const browser = await chromium.launch({ executablePath: executablePath!, args });
  return {
    ...{ site, browser },
    async close() {
      await browser.close();
      await site.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A page of a visitor, and what went wrong in it. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly problems: string[];
}

/** Opens the page with settings, two steps where they say no others. */
export async function visit(
  studio: Studio,
  settings: Partial<Settings> = {},
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const result = await newVisit(studio, options);
  await result.page.goto(addressOf(studio, settings));
  return result;
}

/** The page's address with settings, two steps where they say no others. */
export const addressOf = ({ site }: Studio, settings: Partial<Settings> = {}): string =>
  `${site.url}#make=${encodeURIComponent(JSON.stringify({ ...initialSettings, steps: 2, seedLocked: true, ...settings }))}`;

/** A visitor with an empty page. */
export async function newVisit({ browser }: Studio, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  return { context, page, problems };
}

/** Serves other files in place of a folder of models on the page's host. */
export async function serveModel(
  context: BrowserContext,
  folder: "model" | "motion",
  files: ReadonlyMap<string, Uint8Array | string>,
): Promise<void> {
  const bytes = new Map(Array.from(files, ([path, content]) => [path, Buffer.from(content)]));
  const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
  const list = Array.from(bytes, ([path, content]) => {
    const hash = sha256(content);
    return { path, size: content.length, sha256: hash, pieces: [hash] };
  });
  const manifest: ModelManifest = { name: folder, pieceSize: 2 ** 30, files: list };
  await context.route(`**/${folder}/**`, (route) => {
    const path = new URL(route.request().url()).pathname.split(`/${folder}/`)[1] ?? "";
    const body = path === "manifest.json" ? JSON.stringify(manifest) : bytes.get(path);
    return body === undefined ? route.fulfill({ status: 404 }) : route.fulfill({ body });
  });
}

/** Presses Draw and waits for the image; its PNG file. */
export async function draw(page: Page): Promise<Buffer> {
  await drawAny(page);
  return shownImage(page);
}

/** Presses Draw and waits for the image or the clip, whose frames take the place of its first image at any time. */
export async function drawAny(page: Page): Promise<void> {
  await page.locator(".status[data-status=ready], .status[data-status=slow]").waitFor();
  const before = await page.locator(".rail .thumb img").count();
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await page.locator(".rail .thumb img").nth(before).waitFor({ state: "attached" });
  await page.locator(".actions").waitFor();
}

/** The file of the image on the plate. */
export async function shownImage(page: Page): Promise<Buffer> {
  const bytes = await page.locator(".plate img").evaluate(async (image: HTMLImageElement) => {
    return Array.from(new Uint8Array(await (await fetch(image.src)).arrayBuffer()));
  });
  return Buffer.from(bytes);
}

/** Runs code at the start of the engine's worker. */
export const inEngine = (page: Page, code: string): Promise<unknown> =>
  page.route(/\/assets\/engine\.worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code};\n${await response.text()}` });
  });

/** The worker of the page's engine. */
export const engineOf = (page: Page): Worker =>
  page.workers().findLast((worker) => worker.url().includes("engine.worker"))!;

/** Opens the page with settings and an engine that never starts, for what the page does without one: it opens at once. */
export async function visitWithoutEngine(
  studio: Studio,
  settings: Partial<Settings> = {},
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const result = await newVisit(studio, { serviceWorkers: "block", ...options });
  await result.page.route(/\/assets\/engine\.worker-[^/]*\.js$/, () => {});
  await result.page.goto(addressOf(studio, settings));
  return result;
}

/** Lets the engine's answers wait where they are told to. */
const waitingAnswers = `
  const post = self.postMessage.bind(self);
  const held = new Map();
  let place = "nowhere";
  self.postMessage = (answer, options) => {
    if (place === "answer" && answer.id !== undefined && !held.has(answer.id)) held.set(answer.id, []);
    if (held.has(answer.id)) return void held.get(answer.id).push([answer, options]);
    post(answer, options);
    if (place === "step" && answer.event?.type === "step") held.set(answer.id, []);
  };
  self.stopAt = (next) => {
    place = next;
    if (next !== "nowhere") return;
    for (const all of [...held.values()].flat()) post(...all);
    held.clear();
  }`;

/** Opens the page with settings and an engine that `stopAt` stops; as other scripts of workers, it needs a page without a service worker. */
export async function visitStoppable(
  studio: Studio,
  settings: Partial<Settings> = {},
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const result = await newVisit(studio, { serviceWorkers: "block", ...options });
  await inEngine(result.page, waitingAnswers);
  await result.page.goto(addressOf(studio, settings));
  await result.page.locator(".status[data-status=ready]").waitFor();
  return result;
}

/**
 * Lets the page hear nothing of what its engine makes after the next step of each image, or nothing at all, so that a
 * test finds an image in the middle however long its own steps take; "nowhere" tells it all. Only for the engine of
 * now: one that starts later stops nowhere.
 */
export const stopAt = (page: Page, stage: "step" | "answer" | "nowhere"): Promise<void> =>
  engineOf(page).evaluate((next) => (self as unknown as { stopAt(stage: string): void }).stopAt(next), stage);

/** Ends the engine as a browser that needs memory does. */
export const killEngine = (page: Page): Promise<void> =>
  engineOf(page)
    .evaluate(() => self.close())
    .catch(() => {});

/** Code for the engine's worker that runs `code` in the WebGPU worker below it; the context must bypass the policy. */
export const belowEngine = (code: string): string => `
  const PlainWorker = Worker;
  const script = (code) => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const behind = (url) => script(\`import "\${script(${JSON.stringify(code)})}"; import "\${new URL(url, location.href)}";\`);
  self.Worker = function (url, options) {
    return new PlainWorker(String(url).includes("worker-webgpu") ? behind(url) : url, options);
  }`;
