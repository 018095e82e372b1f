import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encodeSafetensors, parseSafetensors } from "aquatint/formats";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  differenceFrom,
  drop,
  fixture,
  publishedSingleFile,
  ready,
  referenceImage,
  settled,
  useModel,
} from "./dropped.ts";
import { filesIn } from "./hub-server.ts";
import { draw, engineOf, executablePath, openStudio, type Studio, visit } from "./page.ts";

describe.skipIf(executablePath === undefined)("what visitors drop, and how", () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-drops-"));
    studio = await openStudio();
  });
  afterAll(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });

  const horse = { prompt: "a red horse", negative: "blue", seed: "5", guidance: 5, steps: 2, width: 64, height: 64 };
  const kohya = fixture("adapters/lora-kohya.safetensors");
  const writeInto = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
    return join(folder, path);
  };
  const image = () => readFile(new URL("fixtures/single-file.png", import.meta.url));
  const dialog = (page: Page) => page.getByRole("dialog");
  const close = async (page: Page, name: string) => {
    await dialog(page).getByRole("button", { name, exact: true }).last().click();
    await dialog(page).waitFor({ state: "detached" });
  };

  test("files are named for what is in them, whatever their names are", async () => {
    const { context, page, problems } = await visit(studio);
    const single = publishedSingleFile();
    for (const [name, content, sentence] of [
      ["model.zip", "PK\x03\x04\x14\x00\x00\x00 a folder that was packed", /zip archive or a Python pickle/],
      ["model.safetensors.crdownload", single.subarray(0, 9e5), /its tensors end at byte .* download was cut off/],
      ["model.safetensors.part", new Uint8Array(2000), /zeros.*download was cut off/],
      ["workflow.json", '{"nodes": []}', /JSON/],
    ] as const) {
      await drop(page, await writeInto(name, content));
      await dialog(page).filter({ hasText: sentence }).waitFor();
      await close(page, "Close");
    }
    for (const name of ["model", "model.safetensors.bak"]) {
      await drop(page, await writeInto(name, single));
      await dialog(page).getByText("Stable Diffusion 1.x").waitFor();
      await close(page, "Cancel");
    }
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a LoRA in a folder with its preview is taken, and a folder of links is said to be one", async () => {
    await writeInto("ink/pytorch_lora_weights.safetensors", await readFile(kohya));
    await writeInto("ink/preview.png", await image());
    await symlink(join(folder, "nowhere"), join(folder, "ink/README.md"));
    const cache = join(folder, "models--someone--sd/snapshots/abc");
    for (const [path, bytes] of await filesIn(fixture("sd"))) {
      const blob = await writeInto(`models--someone--sd/blobs/${path.replaceAll("/", "-")}`, bytes);
      await mkdir(dirname(join(cache, path)), { recursive: true });
      await symlink(blob, join(cache, path));
    }
    const { context, page, problems } = await visit(studio, horse);
    await drop(page, cache);
    await dialog(page)
      .getByText(/browsers follow no links, of which the Hub's cache is made/i)
      .waitFor();
    await close(page, "Close");
    await useModel(page, fixture("sd"));
    await drop(page, join(folder, "ink"));
    await page.getByText("ink.safetensors added: a LoRA").waitFor();
    await settled(page);
    expect(differenceFrom(await draw(page), await referenceImage("sd-lora"))).toBeLessThan(0.01);
    await drop(page, await writeInto("preview.png", await image()), kohya);
    await page.getByText("lora-kohya.safetensors added: a LoRA").waitFor();
    await page.getByRole("dialog", { name: "preview.png" }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a LoRA slides without another opening, and a press writes its words in the prompt", async () => {
    const { tensors } = parseSafetensors(new Uint8Array(await readFile(kohya)));
    const metadata = { ss_tag_frequency: JSON.stringify({ "10_ink": { "ink wash": 12 } }) };
    const lora = await writeInto("words.safetensors", encodeSafetensors(tensors, metadata));
    const { context, page, problems } = await visit(studio, horse);
    await useModel(page, fixture("sd"));
    await drop(page, lora);
    await page.getByText("Its words: ink wash.").waitFor();
    await settled(page);
    const engine = engineOf(page);
    expect(differenceFrom(await draw(page), await referenceImage("sd-lora"))).toBeLessThan(0.01);
    await page.getByRole("textbox", { name: "words", exact: true }).fill("0");
    await page.keyboard.press("Tab");
    expect(differenceFrom(await draw(page), await referenceImage("sd-ddim"))).toBeLessThan(0.01);
    expect(engineOf(page)).toBe(engine);
    await page.getByRole("button", { name: "Add ink wash to the prompt" }).click();
    expect(await page.locator("#prompt").inputValue()).toBe("a red horse, ink wash");
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a model that is kept and dropped again is listed once", async () => {
    const { context, page, problems } = await visit(studio);
    await page.addInitScript(() => {
      delete (DataTransferItem.prototype as { getAsFileSystemHandle?: unknown }).getAsFileSystemHandle;
    });
    await page.reload();
    await ready(page);
    await useModel(page, fixture("lcm"));
    await page.getByRole("button", { name: "Files (1)" }).click();
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByText(/^model, .*\d kB, copy in this browser/).waitFor(); // its size, too
    await page.reload();
    await ready(page);
    await useModel(page, fixture("lcm"));
    await page.getByRole("button", { name: "Files (1)" }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});
