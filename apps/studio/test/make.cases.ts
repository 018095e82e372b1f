import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodePng, type PngImage } from "aquatint";
import { decodeApng, imageTexts } from "aquatint/formats";
import { ALL_FORMATS, BufferSource, Input } from "mediabunny";
import type { Page } from "playwright";
import sharp from "sharp";
import { expect, test } from "vitest";
import { tinyLatentModel } from "../../../packages/aquatint/test/tiny-latent-model.ts";
import { tinyMotionAdapter } from "../../../packages/aquatint/test/tiny-motion.ts";
import { largestDifference, nodeImage } from "./node-image.ts";
import { addressOf, draw, drawAny, newVisit, type Studio, serveModel, visit } from "./page.ts";

/** What the tests of the page share. */
export interface MakeContext {
  readonly studio: () => Studio;
  /** A folder for files. */
  readonly folder: () => string;
  readonly seriousFaults: (page: Page) => Promise<readonly string[]>;
}

const still = { reducedMotion: "reduce", bypassCSP: true } as const;

async function saved(page: Page, path: string, press: () => Promise<void>): Promise<Buffer> {
  const saving = page.waitForEvent("download");
  await press();
  await (await saving).saveAs(path);
  return readFile(path);
}

const recipeOf = ({ text }: PngImage) => JSON.parse(text["aquatint"]!);

/** The tests of what the page makes, in a browser that is open. */
export function makeTests({ studio, folder, seriousFaults }: MakeContext): void {
  test("a hires fix of a variation is Node's, and its strip has the steps of both passes", async () => {
    const settings = { steps: 4, hires: 1.5, hiresStrength: 0.5, variationStrength: 0.3, variationSeed: "5" };
    const { context, page, problems } = await visit(studio(), settings);
    await draw(page);
    const file = join(folder(), "hires.png");
    const png = await saved(page, file, () => page.getByRole("button", { name: "Download" }).click());
    const [fromPage, fromNode] = [decodePng(png), await nodeImage(png)];
    expect([fromPage.width, fromPage.height]).toEqual([192, 192]);
    expect(largestDifference(fromPage, fromNode)).toBeLessThan(0.01);
    expect(recipeOf(fromPage)).toMatchObject({ hires: { scale: 1.5 }, variation: { seed: 5, strength: 0.3 } });
    await page.getByRole("button", { name: "Steps", exact: true }).click();
    await page.locator(".frame canvas").nth(5).waitFor();
    expect(await page.locator(".frame").count()).toBe(6);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a canvas is extended with the keyboard, and the image in it is kept", async () => {
    const { context, page, problems } = await visit(studio(), {}, still);
    const before = decodePng(await draw(page));
    await page.locator("body").press("e");
    await page.getByRole("dialog", { name: "Extend the canvas" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const right = page.getByRole("textbox", { name: "Right" });
    await right.focus();
    for (let i = 0; i < 4; i++) await right.press("ArrowUp");
    await page.getByText("192 × 128 pixels").waitFor();
    await page.getByRole("button", { name: "Use the canvas" }).press("Enter");
    const after = decodePng(await draw(page));
    expect([after.width, after.height]).toEqual([192, 128]);
    expect(recipeOf(after)).toMatchObject({ needs: ["init", "mask"], strength: 1 });
    const column = ({ data, width }: PngImage, x: number) =>
      Array.from({ length: 128 }, (_, y) => [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)]);
    for (const x of [0, 60, 115]) expect(column(after, x)).toEqual(column(before, x));
    expect(new Set(column(after, 180).flat()).size).toBeGreaterThan(1);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a canvas is drawn out by its handles with a pointer, with a finger, and with the arrow keys", async () => {
    const { context, page, problems } = await visit(studio(), {}, { ...still, hasTouch: true });
    await draw(page);
    await page.locator("body").press("e");
    const dialog = page.getByRole("dialog", { name: "Extend the canvas" });
    const handle = (side: string) => dialog.getByRole("slider", { name: `${side}, in pixels` });
    const edge = (side: string) => dialog.locator(`.extend-slider[data-side=${side}] .extend-handle`);
    const pixels = (side: string) => dialog.getByRole("textbox", { name: side, exact: true }).inputValue();
    const stage = (await page.locator(".extend-stage").boundingBox())!;
    const from = (await edge("right").boundingBox())!;
    const [x, y] = [from.x + from.width / 2, from.y + from.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 0.4 * stage.width, y, { steps: 5 });
    await page.mouse.up();
    expect(Number(await pixels("Right"))).toBeGreaterThan(16);
    await handle("Right").press("Home");
    expect(await pixels("Right")).toBe("0");
    await handle("Top").press("ArrowUp");
    await handle("Top").press("ArrowUp");
    await handle("Top").press("ArrowDown");
    await handle("Left").press("ArrowLeft");
    expect([await pixels("Top"), await pixels("Left")]).toEqual(["16", "16"]);
    expect(await handle("Left").getAttribute("aria-valuetext")).toBe("16");
    const top = (await edge("bottom").boundingBox())!;
    const session = await context.newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: readonly { x: number; y: number }[]) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints: [...points] });
    const start = { x: top.x + top.width / 2, y: top.y + top.height / 2 };
    await touch("touchStart", [start]);
    for (const part of [0.1, 0.2, 0.3]) await touch("touchMove", [{ ...start, y: start.y + part * stage.height }]);
    await touch("touchEnd", []);
    expect(Number(await pixels("Bottom"))).toBeGreaterThan(8);
    expect(await seriousFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("styles and weights come into the prompt by keys, and links keep them", async () => {
    const { context, page, problems } = await visit(studio(), { prompt: "a fox" }, still);
    await page.getByRole("button", { name: "Styles" }).press("Enter");
    await page.getByRole("dialog", { name: "Styles" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press("Space"); // the first style
    await page.keyboard.press("Escape");
    await page.getByRole("row", { name: "Sky" }).waitFor();
    const prompt = page.getByRole("textbox", { name: "Prompt", exact: true });
    await prompt.focus();
    await prompt.press("End");
    for (let i = 0; i < 2; i++) await prompt.press("Control+ArrowUp");
    expect(await prompt.inputValue()).toBe("a (fox:1.2)");
    await prompt.press("Control+z");
    expect(await prompt.inputValue()).toBe("a (fox:1.1)");
    const { prompt: text, promptSyntax } = recipeOf(decodePng(await draw(page)));
    expect({ text, promptSyntax }).toEqual({ text: "a (fox:1.1), blue background", promptSyntax: "a1111" });
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a grid is one PNG with its labels", async () => {
    const { context, page } = await visit(studio(), { sampler: "euler", steps: 1 });
    await page.getByRole("tab", { name: "Grid" }).click();
    await page.getByRole("button", { name: /Columns/ }).click();
    await page.getByRole("option", { name: "Spacing" }).click();
    await page.getByRole("textbox", { name: "Values of columns" }).fill("Normal, Karras");
    await page.getByRole("textbox", { name: "Values of rows" }).fill("1, 1-2 (+2)");
    await page.getByText("“1” stands there twice.").waitFor();
    await page.getByRole("textbox", { name: "Values of rows" }).fill("1");
    await page.getByRole("button", { name: "Draw 2 images" }).click();
    await page.locator(".grid-table img").nth(1).waitFor();
    const file = join(folder(), "grid.png");
    const { width, height, data } = decodePng(
      await saved(page, file, () => page.getByRole("button", { name: "PNG" }).click()),
    );
    expect(width).toBeGreaterThan(2 * 192);
    expect(height).toBeGreaterThan(192);
    const ink = Array.from({ length: 60 * width }, (_, i) => data[4 * i]!).filter((red) => red < 128);
    expect(ink.length).toBeGreaterThan(100); // letters above the images
    await context.close();
  });

  test("without a motion adapter the page says so; with one it makes clips for every format", async () => {
    const settings = { output: "clip" as const, frames: 4, fps: 8, prompt: "a red apple" };
    const { context, page, problems } = await newVisit(studio(), { ...still, serviceWorkers: "block" });
    await context.route("**/motion/**", (route) => route.fulfill({ status: 404 }));
    await page.goto(addressOf(studio(), settings));
    await page.getByText("This page has no motion adapter").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await serveModel(context, "model", tinyLatentModel());
    await serveModel(context, "motion", tinyMotionAdapter());
    await page.reload();
    await drawAny(page);
    await page.getByRole("button", { name: "Play" }).press("Enter");
    await page.getByRole("button", { name: "Pause" }).press("Enter");
    const save = (format: string, extension: string) =>
      saved(page, join(folder(), `clip.${extension}`), async () => {
        await page.getByRole("button", { name: "Download" }).click();
        await page.getByRole("menuitem", { name: format }).click();
      });
    const png = await save("PNG", "png");
    expect(decodeApng(png)).toMatchObject({ fps: 8, frames: { length: 4 } });
    const recipe = JSON.parse((await imageTexts(png))["aquatint"]!);
    expect(recipe).toMatchObject({ prompt: "a red apple", frames: 4, fps: 8, motion: "motion" });
    for (const extension of ["gif", "webp"] as const) {
      const file = await save(extension === "gif" ? "GIF" : "WebP", extension);
      const { pages, delay } = await sharp(file, { animated: true }).metadata();
      expect({ pages, total: delay?.reduce((sum, time) => sum + time, 0) }, extension).toEqual({
        pages: 4,
        total: 500,
      });
      expect(JSON.parse((await imageTexts(file))["aquatint"]!), extension).toEqual(recipe);
    }
    const mp4 = await save("MP4", "mp4");
    const track = await new Input({ source: new BufferSource(mp4), formats: ALL_FORMATS }).getPrimaryVideoTrack();
    const { packetCount, averagePacketRate } = await track!.computePacketStats();
    expect({ codec: track!.codec, packetCount, averagePacketRate }).toEqual({
      codec: "avc",
      packetCount: 4,
      averagePacketRate: 8,
    });
    expect(JSON.parse((await imageTexts(mp4))["aquatint"]!)).toEqual(recipe);
    expect(problems).toEqual([]);
    await context.close();
  });
}
