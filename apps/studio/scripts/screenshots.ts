/**
 * `npm run screenshots -w @aquatint/studio [-- NAME ...] [--out FOLDER]`: pictures of every view, or of those whose names are given or
 * begin so ("lecture" has all its pages), into docs/studio or another folder.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CDPSession, Page } from "playwright";
import { addressOf, newVisit, openStudio, type Studio } from "../test/page.ts";
import { openServedStudio, type ServedStudio, visitServer } from "../test/server-page.ts";
import { busyServer, drawOnServer, serverViews, signInViews } from "./server-views.ts";
import { drawGallery, emptyViews, lectureViews, type PageView, views } from "./views.ts";

const sizes = [
  { width: 390, height: 844 },
  { width: 1024, height: 768 },
  { width: 1920, height: 1080 },
] as const;
const schemes = ["light", "dark"] as const;
type Scheme = (typeof schemes)[number];
const { values: options, positionals: names } = parseArgs({
  options: { out: { type: "string", default: fileURLToPath(new URL("../../../docs/studio/", import.meta.url)) } },
  allowPositionals: true,
});
const folder = options.out;
const isNamed = ({ name }: PageView) =>
  names.length === 0 || names.some((prefix) => name === prefix || name.startsWith(`${prefix}-`));
let bytes = 0;

async function capture({ page, session, scheme }: Shots, views: readonly PageView[]): Promise<void> {
  for (const view of views.filter(isNamed)) {
    for (const { width, height } of sizes) {
      await page.setViewportSize({ width, height });
      await view.show(page);
      await page.mouse.move(0, 0);
      await page.waitForTimeout(400); // tooltips go, and images of lists come
      const clip = view.isWhole ? await pageClip(page) : undefined;
      const { data } = await session.send("Page.captureScreenshot", {
        format: "webp",
        quality: 60,
        captureBeyondViewport: clip !== undefined,
        ...(clip && { clip }),
      });
      const file = Buffer.from(data, "base64");
      bytes += file.length;
      await writeFile(join(folder, `${view.name}-${width}-${scheme}.webp`), file);
      await view.leave(page);
    }
  }
}

/** The whole page, as far as it scrolls. */
const pageClip = (page: Page) =>
  page.evaluate(() => {
    const { clientWidth: width, scrollHeight: height } = document.documentElement;
    return { x: 0, y: 0, width, height, scale: 1 };
  });

interface Shots {
  readonly page: Page;
  readonly session: CDPSession;
  readonly scheme: Scheme;
}

async function shoot(studio: Studio, scheme: Scheme): Promise<void> {
  const { context, page } = await newVisit(studio, { colorScheme: scheme, reducedMotion: "reduce" });
  context.setDefaultTimeout(60_000);
  const session = await context.newCDPSession(page);
  await page.goto(addressOf(studio, { steps: null }));
  await page.locator(".status[data-status=ready]").waitFor();
  await capture({ page, session, scheme }, emptyViews);
  if (views.some(isNamed)) {
    await drawGallery(page);
    await capture({ page, session, scheme }, views);
  }
  await context.close();
}

async function shootLecture(studio: Studio, scheme: Scheme): Promise<void> {
  const { context, page } = await newVisit(studio, { colorScheme: scheme, reducedMotion: "reduce" });
  const session = await context.newCDPSession(page);
  await page.goto(`${studio.site.url}lecture/`);
  const links = await page.locator(".topics a").evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).hash));
  await capture({ page, session, scheme }, lectureViews(["", ...new Set(links.map((hash) => hash.slice(1)))]));
  await context.close();
}

async function shootServer(studio: ServedStudio, scheme: Scheme): Promise<void> {
  await using visit = await visitServer(studio, { colorScheme: scheme, reducedMotion: "reduce" });
  const { page } = visit;
  const session = await page.context().newCDPSession(page);
  await page.getByRole("dialog").waitFor();
  await capture({ page, session, scheme }, signInViews);
  if (!serverViews.some(isNamed)) return;
  await page.setViewportSize({ width: 1200, height: 800 });
  await drawOnServer(page, studio);
  const end = await busyServer(studio);
  await capture({ page, session, scheme }, serverViews);
  await end();
}

const isAnyNamed = (prefix: string) => names.length === 0 || names.some((name) => name.startsWith(prefix));

await mkdir(folder, { recursive: true });
if (names.length === 0 || names.some((name) => !name.startsWith("server"))) {
  const studio = await openStudio();
  try {
    for (const scheme of schemes) {
      if ([...emptyViews, ...views].some(isNamed)) await shoot(studio, scheme);
      if (isAnyNamed("lecture")) await shootLecture(studio, scheme);
    }
  } finally {
    await studio.close();
  }
}
if (isAnyNamed("server")) {
  await using studio = await openServedStudio();
  for (const scheme of schemes) await shootServer(studio, scheme);
}
console.log(`${(bytes / 1e6).toFixed(2)} MB in ${folder}`);
