import type { CDPSession, Page } from "playwright";
import { addressOf, newVisit, openStudio, type Studio } from "../test/page.ts";

const VISITS = 3;
const WARM = 4;

interface Watched {
  readonly longTasks: number[];
  shift: number;
}

/** Notes long tasks of the main thread and layout shifts, from the start of the page. */
function watch(processors: number): void {
  const watched: Watched = { longTasks: [], shift: 0 };
  Object.assign(globalThis, { watched });
  Object.defineProperty(navigator, "hardwareConcurrency", { value: processors });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.longTasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) watched.shift += (entry as PerformanceEntry & { value: number }).value;
  }).observe({ type: "layout-shift", buffered: true });
}

const now = (page: Page): Promise<number> => page.evaluate(() => performance.now() / 1000);

/** Presses Draw and waits for the image; the page's clock then, in seconds. */
async function drawOne(page: Page): Promise<number> {
  const before = await page.locator(".rail .thumb img").count();
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await page.locator(".rail .thumb img").nth(before).waitFor({ state: "attached" });
  return now(page);
}

/** Processor time of the pages, in seconds. */
async function cpuSeconds(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** One first visit, with the engine's threads for a number of logical processors. */
async function visitOnce(studio: Studio, processors: number) {
  const { context, page } = await newVisit(studio, {});
  const session = await studio.browser.newBrowserCDPSession();
  await page.addInitScript(watch, processors);
  await page.goto(addressOf(studio, { steps: null }), { waitUntil: "commit" });
  await page.locator("#prompt").waitFor();
  const interactive = await now(page);
  const first = await drawOne(page);
  const warm = [];
  await page.evaluate(() => {
    (globalThis as unknown as { watched: Watched }).watched.longTasks.length = 0;
  });
  const cpu = await cpuSeconds(session);
  for (let i = 0; i < WARM; i++) {
    const start = await now(page);
    warm.push((await drawOne(page)) - start);
  }
  const warmCpu = ((await cpuSeconds(session)) - cpu) / WARM;
  const { longTasks, shift } = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
  await session.detach();
  await context.close();
  return { interactive, first, warm, warmCpu, longestTask: Math.max(0, ...longTasks), shift };
}

type Visit = Awaited<ReturnType<typeof visitOnce>>;

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b).map((value) => Number(value.toFixed(3)));

const figures = (visits: readonly Visit[]) => ({
  "interactive, s": sorted(visits.map(({ interactive }) => interactive)),
  "first image, s": sorted(visits.map(({ first }) => first)),
  "warm images, s": sorted(visits.flatMap(({ warm }) => warm)),
  "processor time of a warm image, s": sorted(visits.map(({ warmCpu }) => warmCpu)),
  "longest task while drawing, ms": sorted(visits.map(({ longestTask }) => longestTask)),
  "layout shift": sorted(visits.map(({ shift }) => shift)),
});

/**
 * The studio in Chromium with the default model, 20 steps and WebAssembly: visits on one thread and on two in alternation, all
 * figures in ascending order.
 */
export async function studioBench(): Promise<object> {
  const studio = await openStudio();
  try {
    const visits: Record<1 | 2, Visit[]> = { 1: [], 2: [] };
    for (let i = 0; i < VISITS; i++) {
      visits[1].push(await visitOnce(studio, 2));
      visits[2].push(await visitOnce(studio, 4));
    }
    return { "1 thread": figures(visits[1]), "2 threads": figures(visits[2]) };
  } finally {
    await studio.close();
  }
}
