import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePng } from "aquatint";
import { imageTexts } from "aquatint/formats";
import { type GenerateOptions, generate } from "aquatint/node";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyFewSteps } from "../../../packages/aquatint/test/tiny-few-steps.ts";
import { tinyMotionAdapter } from "../../../packages/aquatint/test/tiny-motion.ts";
import { writeFiles } from "../../../packages/aquatint/test/tiny-pixel-model.ts";
import { ready, useModel } from "./dropped.ts";
import { largestDifference } from "./node-image.ts";
import { draw, drawAny, executablePath, openStudio, type Studio, serveModel, visit } from "./page.ts";

const prompt = "a red apple";

async function nodeImage(options: Omit<GenerateOptions, "prompt">) {
  for await (const event of generate({ ...options, prompt, seed: 3, threads: 1, keepAlive: 0 }))
    if (event.type === "image") return event.image;
  throw new Error("no image");
}

async function chooseQuality(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^Quality/ }).click();
  await page.getByRole("menuitemradio", { name }).click();
}

const recipeOf = (png: Uint8Array) => JSON.parse(decodePng(png).text["aquatint"]!);

describe.skipIf(executablePath === undefined)("a model with a form for few steps", () => {
  let studio: Studio;
  let folder: string;
  let model: string;
  let files: ReadonlyMap<string, Uint8Array | string>;
  const settings = { prompt, seed: "3", steps: null, frames: 3 } as const;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-few-"));
    model = join(folder, "few");
    files = (await tinyFewSteps()).base;
    await writeFiles(model, files);
    studio = await openStudio();
  });
  afterAll(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });

  /** Quick draws with the form, Balanced without it, and both images are Node's. */
  async function checkBothForms(page: Page): Promise<void> {
    await chooseQuality(page, "Quick");
    const quick = await draw(page);
    expect(recipeOf(quick)).toMatchObject({ fewSteps: true, steps: 3, guidance: 1 });
    expect(largestDifference(decodePng(quick), await nodeImage({ model, fewSteps: true }))).toBeLessThan(0.01);
    await chooseQuality(page, "Balanced");
    const usual = await draw(page);
    expect(recipeOf(usual)).toMatchObject({ steps: 7 });
    expect(recipeOf(usual)).not.toHaveProperty("fewSteps");
    expect(largestDifference(decodePng(usual), await nodeImage({ model }))).toBeLessThan(0.01);
  }

  test("of the page's host is drawn with for Quick, clips too", async () => {
    const options = { reducedMotion: "reduce", bypassCSP: true, serviceWorkers: "block" } as const;
    const { context, page, problems } = await visit(studio, settings, options);
    await serveModel(context, "model", files);
    await serveModel(context, "motion", tinyMotionAdapter());
    await page.reload();
    await ready(page);
    await checkBothForms(page);
    await page.getByRole("button", { name: /^Output/ }).click();
    await page.getByRole("menuitemradio", { name: "Video" }).click();
    await chooseQuality(page, "Quick");
    await drawAny(page);
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByRole("menuitem", { name: "PNG" }).click();
    const texts = await imageTexts(await readFile(await (await saving).path()));
    expect(JSON.parse(texts["aquatint"]!)).toMatchObject({ fewSteps: true, steps: 3, frames: 3 });
    expect(problems).toEqual([]);
    await context.close();
  });

  test("of the visitor's is drawn with for Quick", async () => {
    const { context, page, problems } = await visit(studio, settings);
    await ready(page);
    await useModel(page, model);
    await checkBothForms(page);
    expect(problems).toEqual([]);
    await context.close();
  });
});
