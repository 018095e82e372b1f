import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differenceFrom, fixture, ready, referenceImage, settled } from "./dropped.ts";
import { filesIn } from "./hub-server.ts";
import { addressOf, draw, executablePath, newVisit, openStudio, type Studio } from "./page.ts";

const LORA = "lora-kohya.safetensors";

/** Pickers whose answers lie in the browser's own store, and permissions that a later visit has to ask for. */
function stubPickers(): void {
  const root = () => navigator.storage.getDirectory();
  const mine = async () => (await root()).getDirectoryHandle("mine", { create: true });
  Object.assign(globalThis, {
    showOpenFilePicker: async () => [await (await mine()).getFileHandle("lora-kohya.safetensors")],
    showDirectoryPicker: async () => (await mine()).getDirectoryHandle("sd"),
  });
  let state = "prompt";
  Object.assign(FileSystemHandle.prototype, {
    queryPermission: async () => state,
    requestPermission: async () => {
      state = "granted";
      return state;
    },
  });
}

/** Writes files below the folder of the stubbed pickers. */
async function writeMine(page: Page, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const list = Array.from(files, ([path, bytes]) => [path, Buffer.from(bytes).toString("base64")] as const);
  await page.evaluate(async (texts) => {
    const mine = await (await navigator.storage.getDirectory()).getDirectoryHandle("mine", { create: true });
    for (const [path, text] of texts) {
      const names = path.split("/");
      let folder = mine;
      for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true });
      const writer = await (await folder.getFileHandle(names.at(-1)!, { create: true })).createWritable();
      await writer.write(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
      await writer.close();
    }
  }, list);
}

const remove = (page: Page, name: string): Promise<void> =>
  page.evaluate(async (entry) => {
    const mine = await (await navigator.storage.getDirectory()).getDirectoryHandle("mine");
    await mine.removeEntry(entry, { recursive: true });
  }, name);

describe.skipIf(executablePath === undefined)("models that are kept as permissions to read them", () => {
  let studio: Studio;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    studio = await openStudio();
    ({ context, page } = await newVisit(studio));
    await context.addInitScript(stubPickers);
    const settings = { prompt: "a red horse", negative: "blue", seed: "5", guidance: 5, steps: 2 };
    await page.goto(addressOf(studio, { ...settings, width: 64, height: 64 }));
    await ready(page);
  });
  afterAll(() => studio.close());

  const openFiles = () => page.getByRole("button", { name: /^Files/ }).click();
  const choose = async (name: string) => {
    await page.getByRole("button", { name: /^Default model/ }).click();
    await page.getByRole("option", { name }).click();
  };

  test("a folder and a file of the browser's pickers are kept where they lie, and read again after a press", async () => {
    const model = Array.from(await filesIn(fixture("sd")), ([path, bytes]) => [`sd/${path}`, bytes] as const);
    const lora = await readFile(join(fixture("adapters"), LORA));
    await writeMine(page, new Map([...model, [LORA, lora]]));
    await page.getByRole("button", { name: "Open a folder" }).click();
    await page.getByRole("button", { name: "Use this model" }).click();
    await settled(page);
    await page.getByRole("button", { name: "Open a file" }).click();
    await page.getByText(`${LORA} added: a LoRA`).waitFor();
    await settled(page);
    expect(differenceFrom(await draw(page), await referenceImage("sd-lora"))).toBeLessThan(0.01);
    await openFiles();
    for (const _ of [1, 2]) {
      await page.getByRole("button", { name: "Keep" }).first().click();
      await page
        .getByText("read where it lies")
        .nth(_ - 1)
        .waitFor();
    }
    const stored = await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const names: string[] = [];
      for await (const name of (root as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
      return names;
    });
    expect(stored).toEqual(["mine"]); // no copy
    await page.reload();
    await ready(page);
    await openFiles();
    await page.getByRole("button", { name: "Allow reading" }).first().click();
    await page.getByRole("button", { name: "Allow reading" }).nth(1).waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await choose("sd");
    await settled(page);
    expect(differenceFrom(await draw(page), await referenceImage("sd-ddim"))).toBeLessThan(0.01);
  });

  test("a file that was changed or is gone is named in a sentence, and the page goes on", async () => {
    const bytes = new Uint8Array(await readFile(join(fixture("adapters"), LORA)));
    bytes.set([255 - (bytes.at(-1) ?? 0)], bytes.length - 1);
    await writeMine(page, new Map([[LORA, bytes]]));
    await page.reload();
    await ready(page);
    await openFiles();
    const row = page.getByRole("listitem").filter({ hasText: LORA });
    await row.getByRole("button", { name: "Allow reading" }).click();
    await page.getByText(`${LORA} is not the file that was kept`).waitFor();
    await page.keyboard.press("Escape");
    await remove(page, "sd");
    await page.reload();
    await ready(page);
    await choose("sd");
    await page.getByText("sd is not where it was: it was moved, renamed or deleted").waitFor();
    await settled(page);
    expect((await draw(page)).length).toBeGreaterThan(100); // by the default model
  });
});
