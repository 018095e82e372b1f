import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publishedSingleFile, ready, useModel } from "./dropped.ts";
import { addressOf, draw, executablePath, openStudio, PATIENCE, type Studio } from "./page.ts";

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
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    page.on("crash", () => problems.push("the browser ended the page"));
    const settings = { prompt: "a red fox", width: 64, height: 64 };
    await page.goto(addressOf(studio, settings).replace("localhost", HOST));
    expect(await page.evaluate(() => [isSecureContext, navigator.locks, navigator.storage, crypto.subtle])).toEqual([
      false,
      undefined,
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

const source = fileURLToPath(new URL("../src", import.meta.url));
const sources = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !/\.(test|node)\.ts$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(source, path), "utf8") }));

/** What browsers give to secure pages alone, or break on others, and where the page does without. */
test.each<readonly [name: RegExp, paths: readonly string[]]>([
  [/randomUUID\(/, []],
  [/navigator\??\.locks/, ["engine/locks.ts"]],
  [/getAsFileSystemHandle\?*\.*\(\)(?!:)/, ["models/dropped.ts"]],
  [/navigator\??\.mediaDevices/, ["lecture/input/CameraWindow.tsx"]],
  [/navigator\??\.clipboard/, ["make/ImageActions.tsx"]],
  [/navigator\??\.serviceWorker/, ["app/Status.tsx", "offline/register.ts"]],
  [/navigator\??\.wakeLock/, ["make/leaving.ts"]],
  [/navigator\??\.(share|credentials|keyboard|usb)\b/, []],
  [/(Video|Audio)(En|De)coder\(|ImageDecoder\(/, []],
  // by `provideDigest`
  [/crypto\??\.subtle/, ["engine/hosted/pieces.ts"]],
])("only guarded paths use %s, which pages over plain HTTP lack", (name, paths) => {
  expect(
    sources
      .filter(({ text }) => name.test(text.replace(/\/\*\*[\s\S]*?\*\//g, "")))
      .map(({ path }) => path)
      .sort(),
  ).toEqual(paths);
});
