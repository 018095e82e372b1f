import { type BrowserContext, chromium, type Page } from "playwright";
import { expect, test } from "vitest";
import {
  addressOf,
  belowEngine,
  draw,
  executablePath,
  inEngine,
  killEngine,
  newVisit,
  type Studio,
  shownImage,
  stopAt,
  visit,
  visitStoppable,
} from "./page.ts";

const thumbs = (page: Page) => page.locator(".rail .thumb img");
const engineReady = (page: Page) => page.locator(".status[data-status=ready]").waitFor();

/** Tests of what goes wrong in browsers. */
export function describeRobustness(studio: () => Studio): void {
  test("two tabs fetch the model once and share one gallery", async () => {
    const { context, page, problems } = await newVisit(studio(), { serviceWorkers: "block" });
    const pieces: string[] = [];
    context.on("request", (request) => {
      if (request.url().endsWith(".safetensors")) pieces.push(`${request.url()} ${request.headers()["range"]}`);
    });
    const other = await context.newPage();
    await Promise.all([page.goto(addressOf(studio())), other.goto(addressOf(studio()))]);
    await Promise.all([engineReady(page), engineReady(other)]);
    expect(pieces.length).toBeGreaterThan(10);
    expect(new Set(pieces).size).toBe(pieces.length);
    await Promise.all([draw(page), draw(other)]);
    for (const tab of [page, other]) await thumbs(tab).nth(1).waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await thumbs(other).nth(1).waitFor({ state: "detached" });
    await Promise.all([page.reload(), other.reload()]);
    for (const tab of [page, other]) {
      await thumbs(tab).first().waitFor();
      expect(await thumbs(tab).count()).toBe(1);
    }
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a download that is broken off says so, and goes on where it ended", async () => {
    const { context, page } = await newVisit(studio(), { serviceWorkers: "block" });
    const pieces: string[] = [];
    await context.route("**/*.safetensors", (route) => {
      const piece = `${route.request().url()} ${route.request().headers()["range"]}`;
      if (pieces.length === 5) {
        pieces.push("broken off");
        return route.abort();
      }
      pieces.push(piece);
      return route.continue();
    });
    await page.goto(addressOf(studio()));
    await page.getByRole("alert").getByText("could not fetch").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await engineReady(page);
    expect(new Set(pieces).size).toBe(pieces.length);
    await context.close();
  });

  test("an engine that the browser closes starts again, and its image is drawn", async () => {
    const { context, page } = await visitStoppable(studio());
    await stopAt(page, "step");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText("Step 1 of 2").waitFor();
    await Promise.all([page.getByText("the image is drawn anew").waitFor(), killEngine(page)]);
    await thumbs(page).first().waitFor();
    await context.close();
  });

  test("a browser without room keeps drawing, says what is not kept, and asks before it is lost", async () => {
    const { context, page } = await newVisit(studio());
    const session = await context.newCDPSession(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(studio().site.url).origin, quotaSize: 1 });
    await page.goto(addressOf(studio()));
    await page.getByText("did not keep the model").waitFor();
    const image = await draw(page);
    await page.getByText("storage is full").waitFor();
    const other = await context.newPage();
    await other.goto(studio().site.url);
    await other.evaluate(() => new BroadcastChannel("aquatint-gallery").postMessage("changed"));
    await other.close();
    expect(await shownImage(page)).toEqual(image);
    const asking = page.waitForEvent("dialog");
    const closing = page.close({ runBeforeUnload: true });
    const dialog = await asking;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.accept();
    await closing;
    await context.close();
  });

  test("a browser without IndexedDB and with a WebGPU that is gone draws on the processor", async () => {
    const { context, page } = await newVisit(studio(), { serviceWorkers: "block", bypassCSP: true });
    const refuse = `Object.defineProperty(self, "indexedDB", { get() { throw new DOMException("no", "SecurityError") } })`;
    await page.addInitScript(`${refuse}; localStorage.setItem("aquatint-device", "webgpu")`);
    const noGpu = belowEngine(`Object.defineProperty(navigator, "gpu", { value: undefined })`);
    await inEngine(page, `${refuse}; ${noGpu}`);
    await page.goto(addressOf(studio()));
    await page.getByText("WebGPU does not work here").waitFor();
    await page.getByText("did not keep the model").waitFor();
    await draw(page);
    await page.getByText("This browser keeps no images here").waitFor();
    await page.getByRole("button", { name: "Ready" }).click();
    await page.getByText("the processor (WebAssembly)").waitFor();
    await context.close();
  });

  test("the newest image comes first with a clock that went back, and a page out of the cache shows what it missed", async () => {
    const { context, page, problems } = await visit(studio());
    await draw(page);
    await page.clock.setFixedTime(new Date("2001-01-01"));
    const second = await draw(page);
    await page.reload();
    await thumbs(page).nth(1).waitFor();
    expect(await shownImage(page)).toEqual(second);
    await page.evaluate(deleteStored); // by a tab whose message did not arrive
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await thumbs(page).first().waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a script or a model that an extension blocks is named, and the page draws once it comes", async () => {
    const { context, page } = await newVisit(studio(), { serviceWorkers: "block" });
    const [script, files] = [/engine\.worker-[^/]*\.js$/, /\/model\/manifest\.json$/];
    for (const part of [script, files]) await page.route(part, (route) => route.abort("blockedbyclient"));
    await page.goto(addressOf(studio()));
    await page
      .getByText(/The engine's script could not be loaded/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page
      .getByText(/extensions that block scripts/)
      .first()
      .waitFor();
    expect(await page.getByText(/ended in the middle/).count()).toBe(0);
    await page.unroute(script);
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page
      .getByText(/extensions that block files/)
      .first()
      .waitFor();
    await page.unroute(files);
    await page.getByRole("button", { name: "Try again" }).first().click();
    await engineReady(page);
    await draw(page);
    await context.close();
  });

  test("a visitor who leaves in the middle of an image and comes back finds the page as it was, and the image comes", async () => {
    // playwright turns the cache off, and loses pages that come out of it
    const ignoreDefaultArgs = ["--disable-back-forward-cache"];
    await using browser = await chromium.launch({ executablePath: executablePath!, ignoreDefaultArgs });
    const { context, page } = await newVisit({ ...studio(), browser });
    const watcher = await listener(context, `${studio().site.url}hub.json`);
    await page.addInitScript(reportReturn);
    await page.bringToFront();
    await page.goto(addressOf(studio(), { steps: 60 }));
    await engineReady(page);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/^Step \d+ of 60$/).waitFor();
    await page.goto("data:text/html,elsewhere");
    void page.goBack({ timeout: 0 }).catch(() => {}); // as lost, it never sees the page arrive
    const reports = () => watcher.evaluate(() => (globalThis as unknown as { reports: string[] }).reports);
    await expect.poll(reports).toEqual(["kept", "1 image, ready", "2 images, ready"]);
    await context.close();
  });
}

/** A page that listens for reports of others. */
async function listener(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.evaluate(() => {
    const reports: string[] = [];
    Object.assign(globalThis, { reports });
    new BroadcastChannel("reports").onmessage = ({ data }) => reports.push(data);
  });
  return page;
}

/** Reports what a page that comes out of the browser's cache shows, once its image is there, and after another one. */
function reportReturn(): void {
  addEventListener("pageshow", async ({ persisted }) => {
    if (!persisted) return;
    const images = () => document.querySelectorAll(".rail .thumb img").length;
    const until = async (count: number) => {
      while (images() < count) await new Promise((resolve) => setTimeout(resolve, 100));
    };
    const status = () => document.querySelector(".status")?.getAttribute("data-status");
    const channel = new BroadcastChannel("reports");
    channel.postMessage("kept");
    await until(1);
    channel.postMessage(`1 image, ${status()}`);
    for (const button of document.querySelectorAll("button")) if (button.textContent === "Draw") button.click();
    await until(2);
    channel.postMessage(`2 images, ${status()}`);
  });
}

/** Empties the stored gallery without a word to the page. */
async function deleteStored(): Promise<void> {
  const open = indexedDB.open("aquatint-gallery");
  await new Promise((resolve) => (open.onsuccess = resolve));
  const transaction = open.result.transaction("images", "readwrite");
  transaction.objectStore("images").clear();
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  open.result.close();
}
