import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodePng } from "aquatint";
import { main } from "aquatint/cli";
import { decodeApng, imageTexts } from "aquatint/formats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturedIo } from "../../../packages/aquatint/test/captured-io.ts";
import { tinyMotionAdapter, tinyMotionConfig } from "../../../packages/aquatint/test/tiny-motion.ts";
import {
  differenceFrom,
  drop,
  fixture,
  publishedSingleFile,
  ready,
  referenceImage,
  settled,
  useModel,
  watchMemory,
  writeLargeSingleFile,
} from "./dropped.ts";
import {
  draw,
  drawAny,
  executablePath,
  killEngine,
  openStudio,
  type Studio,
  serveModel,
  shownImage,
  stopAt,
  visit,
  visitStoppable,
} from "./page.ts";

describe.skipIf(executablePath === undefined)("checkpoints that are dropped on the page", () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-models-"));
    studio = await openStudio();
  });
  afterAll(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });

  const horse = { prompt: "a red horse", seed: "5", guidance: 5, steps: 2 } as const;

  test("a single file of 2 GB says what it is, and gives diffusers' image without being read whole", async () => {
    const file = join(folder, "large.safetensors");
    await writeLargeSingleFile(file);
    const settings = { ...horse, prompt: "a red fox, (snow)", negative: "blue", steps: 3, width: 64, height: 64 };
    const { context, page, problems } = await visit(studio, settings);
    await ready(page);
    const memory = await watchMemory(studio.browser);
    await drop(page, file);
    const dialog = page.getByRole("dialog", { name: "large.safetensors" });
    await dialog.getByText("Stable Diffusion 1.x").waitFor();
    await dialog.getByText("float32", { exact: true }).waitFor();
    await dialog.getByText("2.17 GB").waitFor();
    await dialog.getByText(/It fits: an image of 512 × 512 pixels takes about/).waitFor();
    await dialog.getByRole("button", { name: "Use this model" }).click();
    await settled(page);
    const reference = decodePng(await readFile(fileURLToPath(new URL("fixtures/single-file.png", import.meta.url))));
    const png = await draw(page);
    const peak = await memory.end();
    expect(
      differenceFrom(
        png,
        Array.from(reference.data, (value) => value / 255),
      ),
    ).toBeLessThan(0.01);
    expect(JSON.parse(decodePng(png).text["aquatint"]!)).toMatchObject({ model: "large", prompt: settings.prompt });
    if (process.platform === "linux") expect(memory.before).toBeGreaterThan(1e7);
    expect(peak - memory.before).toBeLessThan(450e6);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a window that is closed while a file is read stays closed, and the next file comes", async () => {
    const { context, page, problems } = await visitStoppable(studio);
    await stopAt(page, "answer");
    await drop(page, fixture("xl"));
    await page.getByText("Reading its headers…").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await stopAt(page, "nowhere");
    await drop(page, fixture("sd"));
    await page.getByRole("dialog", { name: "sd" }).getByRole("button", { name: "Use this model" }).waitFor();
    expect(await page.getByRole("dialog", { name: "xl" }).count()).toBe(0);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a model that is kept is there on the next visit, and one that was changed is refused", async () => {
    const { context, page } = await visit(studio, { ...horse, guidance: 8, steps: 3, width: 64, height: 64 });
    await useModel(page, fixture("lcm"));
    await page.getByRole("button", { name: "Files (1)" }).click();
    await page.evaluate(() => {
      // a permission cannot be given without a person: the copy is the other way
      delete (DataTransferItem.prototype as { getAsFileSystemHandle?: unknown }).getAsFileSystemHandle;
    });
    await page.getByRole("button", { name: "Remove lcm" }).click();
    await page.keyboard.press("Escape");
    await useModel(page, fixture("lcm"));
    await page.getByRole("button", { name: "Files (1)" }).click();
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByText("copy in this browser").waitFor();
    await page.reload();
    await page.getByRole("button", { name: /^Default model/ }).click();
    await page.getByRole("option", { name: "lcm" }).click();
    await settled(page);
    expect(differenceFrom(await draw(page), await referenceImage("lcm"))).toBeLessThan(0.01);
    await page.evaluate(damageCopy);
    await page.reload();
    await page.getByRole("button", { name: /^Default model/ }).click();
    await page.getByRole("option", { name: "lcm" }).click();
    await page.getByText(/of lcm is not the file that was kept/).waitFor();
    await page.getByRole("button", { name: "Files (1)" }).click();
    await page.getByRole("button", { name: "Remove lcm" }).click();
    await page.getByRole("button", { name: "Remove lcm" }).waitFor({ state: "detached" });
    await page.reload();
    await page.getByRole("button", { name: "Open a file" }).waitFor();
    expect(await page.getByRole("button", { name: /^Files/ }).count()).toBe(0);
    await context.close();
  });

  test.each([
    ["xl", "xl-no-negative", horse],
    ["lcm", "lcm", { ...horse, guidance: 8, steps: 3 }],
  ])("a folder of %s gives diffusers' image", async (model, run, settings) => {
    const { context, page, problems } = await visit(studio, { ...settings, width: 64, height: 64 });
    await useModel(page, fixture(model));
    expect(differenceFrom(await draw(page), await referenceImage(run))).toBeLessThan(0.01);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a LoRA and an embedding that fit are used at once, and others are named", async () => {
    const { context, page, problems } = await visit(studio, { ...horse, negative: "blue", width: 64, height: 64 });
    await useModel(page, fixture("sd"));
    const bare = await draw(page);
    expect(differenceFrom(bare, await referenceImage("sd-ddim"))).toBeLessThan(0.01);
    await drop(page, fixture("adapters/lora-kohya.safetensors"));
    await page.getByText("lora-kohya.safetensors added: a LoRA").waitFor();
    await settled(page);
    expect(differenceFrom(await draw(page), await referenceImage("sd-lora"))).toBeLessThan(0.01);
    const strength = page.getByRole("textbox", { name: "lora-kohya" });
    await strength.fill("0");
    await page.keyboard.press("Tab");
    expect(differenceFrom(await draw(page), await referenceImage("sd-ddim"))).toBeLessThan(0.01);
    await page.locator("#prompt").fill("a red horse <lora:lora-kohya:1>");
    expect(differenceFrom(await draw(page), await referenceImage("sd-lora"))).toBeLessThan(0.01);

    const word = join(folder, "<thing>.safetensors");
    await copyFile(fixture("adapters/inversion-embedding.safetensors"), word);
    await drop(page, word);
    await page.getByText("added: an embedding").waitFor();
    await settled(page);
    await page.locator("#prompt").fill("the <thing>, riding on a horse");
    await page.getByRole("textbox", { name: "Negative prompt" }).fill("");
    expect(differenceFrom(await draw(page), await referenceImage("sd-textual-inversion"))).toBeLessThan(0.01);

    await drop(page, fixture("xl"));
    await page.getByRole("button", { name: "Use this model" }).click();
    await drop(page, fixture("lcm")); // while the engine is closed for another model
    await page.getByRole("heading", { name: "lcm" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await settled(page);
    expect(await page.getByRole("textbox", { name: "lora-kohya" }).count()).toBe(0);
    await drop(page, fixture("adapters/lora-peft-alpha4.safetensors"));
    await page.getByText("lora-peft-alpha4.safetensors does not fit this model").waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  test("clips have the dropped model and its LoRA, as in Node, and an adapter of another model is refused", async () => {
    const motion = tinyMotionAdapter({
      config: { ...tinyMotionConfig, block_out_channels: [8, 8, 16, 16], motion_layers_per_block: 2 },
    });
    const clip = { ...horse, output: "clip" as const, frames: 3, width: 64, height: 64 };
    const { context, page } = await visit(studio, clip, {
      reducedMotion: "reduce",
      bypassCSP: true,
      serviceWorkers: "block",
    });
    await serveModel(context, "motion", motion);
    await useModel(page, fixture("sd"));
    const lora = fixture("adapters/lora-kohya.safetensors");
    await drop(page, lora);
    await page.getByText("lora-kohya.safetensors added: a LoRA").waitFor();
    await settled(page);
    await page.locator("#prompt").fill("a red horse <lora:lora-kohya:0.5>");
    await drawAny(page);
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByRole("menuitem", { name: "PNG" }).click();
    const [file, again, adapter] = ["clip.png", "node.png", "motion"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await (await saving).saveAs(file);
    const png = await readFile(file);
    expect(JSON.parse((await imageTexts(png))["aquatint"]!)).toMatchObject({
      ...{
        model: "sd",
        prompt: "a red horse",
        needs: expect.arrayContaining([expect.stringContaining("lora-kohya:0.5")]),
      },
    });
    await mkdir(adapter);
    for (const [path, bytes] of motion) await writeFile(join(adapter, path), bytes);
    const { io, err } = capturedIo({ cwd: folder });
    const model = ["--model", fixture("sd"), "--lora", `${lora}:0.5`, "--motion", adapter];
    expect(await main(["video", "--like", file, ...model, "--out", again, "--quiet"], io), err()).toBe(0);
    const [fromPage, fromNode] = [decodeApng(png), decodeApng(await readFile(again))];
    expect(fromPage.frames).toHaveLength(3);
    for (const [f, frame] of fromPage.frames.entries()) {
      const differences = frame.data.map((value, i) => Math.abs(value - (fromNode.frames[f]?.data[i] ?? 255)));
      expect(Math.max(...differences)).toBeLessThan(2.55);
    }
    await useModel(page, fixture("xl"));
    await page.getByText(/the motion adapter has widths 8, 8, 16, 16/i).waitFor();
    await context.close();
  });

  test("an engine that ends in the middle of an image opens the same model again", async () => {
    const { context, page } = await visitStoppable(studio, { ...horse, negative: "blue", width: 64, height: 64 });
    await useModel(page, fixture("sd"));
    await stopAt(page, "step");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText("Step 1 of 2").waitFor();
    await Promise.all([page.getByText("the image is drawn anew").waitFor(), killEngine(page)]);
    await page.locator(".actions").waitFor();
    const png = await shownImage(page);
    expect(JSON.parse(decodePng(png).text["aquatint"]!)).toMatchObject({ model: "sd" });
    expect(differenceFrom(png, await referenceImage("sd-ddim"))).toBeLessThan(0.01);
    await context.close();
  });

  test("files that are damaged, foreign, incomplete or gone are named in a sentence", async () => {
    const [damaged, pickle, incomplete, vanishing] = [
      "damaged.safetensors",
      "pickle.safetensors",
      "incomplete",
      "gone.safetensors",
    ].map((name) => join(folder, name)) as [string, string, string, string];
    const single = publishedSingleFile();
    await writeFile(damaged, single.subarray(0, single.length - 1000));
    await writeFile(pickle, Buffer.from("PK\x03\x04 and then a pickle of a model, renamed"));
    const adapter = join(folder, "motion-adapter.safetensors");
    for (const [path, bytes] of tinyMotionAdapter()) if (path.endsWith(".safetensors")) await writeFile(adapter, bytes);
    await cp(fixture("sd"), incomplete, { recursive: true });
    await rm(join(incomplete, "text_encoder"), { recursive: true });
    await writeFile(vanishing, single);
    const { context, page } = await visit(studio, { ...horse, width: 64, height: 64 });
    const dialog = page.getByRole("dialog");
    for (const [path, sentence] of [
      [damaged, /damaged\.safetensors: its tensors end at byte/i],
      [pickle, /pickle\.safetensors.*(pickle|zip|can run any code)/i],
      [incomplete, /text_encoder/],
      [adapter, /motion-adapter\.safetensors is a motion adapter, which makes clips/i],
    ] as const) {
      await drop(page, path);
      await dialog.getByText(sentence).first().waitFor();
      await dialog.getByRole("button", { name: "Close" }).last().click();
      await dialog.waitFor({ state: "detached" });
    }
    await useModel(page, vanishing);
    await rm(vanishing);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/gone\.safetensors cannot be read anymore: it was changed, moved or deleted/i).waitFor();
    await context.close();
  });
});

/** Writes other bytes over the middle of the largest file that the browser keeps. */
async function damageCopy(): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const models = await root.getDirectoryHandle("models");
  let largest: { handle: FileSystemFileHandle; size: number } | undefined;
  for await (const folder of models.values()) {
    if (folder.kind !== "directory") continue;
    for await (const handle of folder.values()) {
      if (handle.kind !== "file") continue;
      const { size } = await handle.getFile();
      if (size > (largest?.size ?? 0)) largest = { handle, size };
    }
  }
  const writer = await largest!.handle.createWritable({ keepExistingData: true });
  await writer.write({ type: "write", position: largest!.size >> 1, data: new Uint8Array(8).fill(7) });
  await writer.close();
}
