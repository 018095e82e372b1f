import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishedSingleFile, ready, useModel } from "./dropped.ts";
import { addressOf, draw, executablePath, openStudio, type Studio } from "./page.ts";

/** A name that no browser takes for this machine, as that of another machine in a network. */
const HOST = "studio.test";

describe.skipIf(executablePath === undefined)("a page that comes over plain HTTP", () => {
  let studio: Studio;
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-insecure-"));
    await writeFile(join(folder, "small.safetensors"), publishedSingleFile());
    studio = await openStudio();
    const args = [`--host-resolver-rules=MAP ${HOST} localhost`];
    browser = await chromium.launch({ executablePath: executablePath!, args });
  });
  afterAll(async () => {
    await browser.close();
    await studio.close();
    await rm(folder, { recursive: true });
  });

  test("draws with a dropped model, and says that it cannot keep it", async () => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    const settings = { prompt: "a red fox", width: 64, height: 64 };
    await page.goto(addressOf(studio, settings).replace("localhost", HOST));
    expect(await page.evaluate(() => [isSecureContext, navigator.locks, navigator.storage])).toEqual([
      false,
      undefined,
      undefined,
    ]);
    await ready(page);
    await useModel(page, join(folder, "small.safetensors"));
    expect((await draw(page)).length).toBeGreaterThan(100);
    await page.getByRole("button", { name: /^Files/ }).click();
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByText("this browser keeps no files for this page").waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});
