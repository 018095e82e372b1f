import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePng, encodePng } from "aquatint";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { describeComfort } from "./comfort.cases.ts";
import { makeTests } from "./make.cases.ts";
import { largestDifference, nodeImage } from "./node-image.ts";
import { draw, executablePath, openStudio, type Studio, shownImage, stopAt, visit, visitStoppable } from "./page.ts";
import { describeRobustness } from "./robustness.cases.ts";
import { describeWebGpu } from "./webgpu.cases.ts";

describe.skipIf(executablePath === undefined)("the page in Chromium", () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-test-"));
    studio = await openStudio();
  });
  afterAll(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });

  test("the default prompt gives Node's image, which its file makes again", async () => {
    const { context, page, problems } = await visit(studio, { steps: null });
    await draw(page);
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe("an-astronaut-riding-a-horse-7.png");
    const file = join(folder, "page.png");
    await saved.saveAs(file);
    const png = await readFile(file);
    const [fromPage, fromNode] = [decodePng(png), await nodeImage(png)];
    expect([fromPage.width, fromPage.height]).toEqual([128, 128]);
    expect(largestDifference(fromPage, fromNode)).toBeLessThan(0.01);
    const { version: _, ...recipe } = JSON.parse(fromPage.text["aquatint"]!);
    expect(JSON.parse(fromNode.text["aquatint"]!)).toMatchObject(recipe);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("an image that is canceled is gone at once, and the next one comes", async () => {
    const { context, page, problems } = await visitStoppable(studio, { steps: 200 });
    await stopAt(page, "step");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText("Step 1 of 200").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(await page.locator(".progress-line").count()).toBe(0);
    await stopAt(page, "nowhere");
    await page.getByRole("textbox", { name: "Steps" }).fill("2");
    await page.keyboard.press("Tab");
    await draw(page);
    expect(await page.locator(".rail .thumb img").count()).toBe(1);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a page that is reloaded in the middle keeps its images and settings and draws again", async () => {
    const { context, page } = await visitStoppable(studio, { prompt: "a red cat" });
    const before = await draw(page);
    await stopAt(page, "step");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText("Step 1 of 2").waitFor();
    await page.reload();
    await page.locator(".plate img").waitFor();
    expect(await shownImage(page)).toEqual(before);
    expect(await page.getByRole("textbox", { name: "Prompt", exact: true }).inputValue()).toBe("a red cat");
    await draw(page);
    await context.close();
  });

  /** Presses a key until an element has the focus. */
  async function reach(page: Page, name: string, key = "Tab"): Promise<void> {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press(key);
      const label = await page.evaluate(() => {
        const { activeElement: element } = document;
        return element?.getAttribute("aria-label") ?? element?.id ?? element?.textContent;
      });
      if (label === name) return;
    }
    throw new Error(`${name} was not reached by ${key}`);
  }

  test("an image is made, marked, shown in the gallery and deleted with the keyboard alone", async () => {
    const { context, page, problems } = await visit(studio);
    await page.locator("#prompt").waitFor();
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement?.id === "prompt");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("a blue dog");
    await page.keyboard.press("Enter");
    await page.locator(".actions").waitFor();
    await reach(page, "Favorite");
    await page.keyboard.press("Space");
    expect(await page.getByRole("button", { name: "Favorite" }).getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("2");
    await page.getByRole("row", { name: /a blue dog/ }).waitFor();
    await page.keyboard.press("1");
    await page.locator(".plate img[alt='a blue dog']").waitFor();
    await page.keyboard.press("Delete");
    await page.getByText("Image deleted").waitFor();
    expect(await page.locator(".plate img").count()).toBe(0);
    await page.getByRole("button", { name: "Undo" }).press("Enter");
    await page.locator(".plate img[alt='a blue dog']").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await context.close();
  });

  makeTests({ studio: () => studio, folder: () => folder, seriousFaults });

  test.each(["light", "dark"] as const)("axe finds nothing serious in any view: %s", async (colorScheme) => {
    // in the middle of a transition colors have less contrast
    const still = { colorScheme, bypassCSP: true, reducedMotion: "reduce" } as const;
    const { context, page } = await visit(studio, {}, still);
    await draw(page);
    const faults: Record<string, readonly string[]> = {};
    await page.getByRole("button", { name: "Steps", exact: true }).click();
    faults["make"] = await seriousFaults(page);
    await draw(page);
    for (const view of ["Gallery", "Grid", "Compare"]) {
      await page.getByRole("tab", { name: view }).click();
      faults[view] = await seriousFaults(page);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    await page.getByRole("tab", { name: "Make" }).click();
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    faults["settings"] = await seriousFaults(page);
    expect(faults).toEqual({ make: [], Gallery: [], Grid: [], Compare: [], settings: [] });
    await context.close();
  });

  test("the second visit needs no network, and a damaged model is fetched again where there is one", async () => {
    const { context, page, problems } = await visit(studio);
    const before = await draw(page);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await context.setOffline(true);
    await page.reload();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(largestDifference(decodePng(await draw(page)), decodePng(before))).toBeLessThan(0.01);
    expect(problems).toEqual([]);
    await context.setOffline(false);
    await page.evaluate(damageModel);
    await page.reload();
    await page.getByText("The stored model was damaged").waitFor();
    expect(largestDifference(decodePng(await draw(page)), decodePng(before))).toBeLessThan(0.01);
    await context.close();
  });

  test("a page that is not isolated says so and draws on one thread", async () => {
    const { context, page } = await visit(studio, {}, { serviceWorkers: "block" });
    await page.route(studio.site.url, async (route) => {
      const response = await route.fetch();
      const headers = Object.entries(response.headers()).filter(([name]) => !name.startsWith("cross-origin-"));
      await route.fulfill({ response, headers: Object.fromEntries(headers) });
    });
    await page.reload();
    await page.getByRole("button", { name: "Ready, one thread" }).click();
    await page.getByText("This page is not cross-origin isolated").waitFor();
    await page.keyboard.press("Escape");
    await draw(page);
    await context.close();
  });

  test("a dropped image of another program restores its settings, and names what it cannot", async () => {
    const { context, page } = await visit(studio);
    const parameters =
      "a (fox:1.2)\nSteps: 3, Sampler: Euler, CFG scale: 2, Seed: 5, Size: 64x64, Model: sd15, Version: v1.10.1";
    const image = {
      width: 64,
      height: 64,
      channels: 3 as const,
      data: new Uint8Array(64 * 64 * 3),
      text: { parameters },
    };
    const file = join(folder, "other.png");
    await writeFile(file, encodePng(image));
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Open an image, or drop one" }).click();
    await (await choosing).setFiles(file);
    await page.getByText(/made by sd15/).waitFor();
    await page.getByRole("button", { name: "Use its settings" }).click();
    const png = decodePng(await draw(page));
    expect(JSON.parse(png.text["aquatint"]!)).toMatchObject({
      ...{ prompt: "a (fox:1.2)", promptSyntax: "a1111", steps: 3, guidance: 2, seed: 5, sampler: "euler Normal" },
    });
    await context.close();
  });

  describeRobustness(() => studio);
  describeComfort(() => studio);
  describeWebGpu(() => studio);
});

/** Writes other bytes over the first piece of the model that the browser keeps. */
async function damageModel(): Promise<void> {
  const open = indexedDB.open("aquatint-models");
  await new Promise((resolve) => (open.onsuccess = resolve));
  const store = open.result.transaction("pieces", "readwrite").objectStore("pieces");
  const keys = store.getAllKeys();
  await new Promise((resolve) => (keys.onsuccess = resolve));
  const piece = keys.result.find((key) => !String(key).startsWith("manifest"));
  const put = store.put(new Blob([new Uint8Array(100)]), piece);
  await new Promise((resolve) => (put.onsuccess = resolve));
  open.result.close();
}
