import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generate, nodeRuntime } from "aquatint/node";
import { configKindsFor, createDataset, createTask, openSession, parseTrainConfig } from "aquatint/train";
import { unzipSync } from "fflate";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawnDigits } from "../src/lecture/pages/training/digits.ts";
import { digitPrompts, recipe, sides } from "../src/lecture/pages/training/recipe.ts";
import { seriousFaults } from "./axe.ts";
import { numbersOf, visitLecture } from "./lecture-page.ts";
import { executablePath, openStudio, type Studio } from "./page.ts";

const STEPS = 10;

/** The losses of the page's recipe in Node. */
async function nodeLosses(): Promise<readonly number[]> {
  const json = recipe({ data: "digits", minutes: 10, seed: 3, prompts: digitPrompts });
  const config = parseTrainConfig(json, { name: "recipe", kinds: await configKindsFor(json) });
  const none = () => Promise.reject(new Error("the recipe needs digits alone"));
  const sources = {
    digits: async (digits: readonly number[]) => drawnDigits(digits),
    imageFolder: none,
    latentPool: none,
  };
  const dataset = await createDataset(config.dataset, sources);
  await using runtime = await nodeRuntime({ threads: 1 });
  const task = await createTask(config, { dataset, runtime, modelFiles: none });
  await using session = await openSession({ config, task, runtime });
  const losses: number[] = [];
  for await (const { loss } of session.steps()) {
    losses.push(loss);
    if (losses.length === STEPS) break;
  }
  return losses;
}

const figure = (page: Page) => page.locator("figure[data-figure=train]");
const numbers = (page: Page) => numbersOf(page, "train");
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const button = (page: Page, name: string) => figure(page).getByRole("button", { name, exact: true });

/** Waits for a number of the figure to reach a value. */
const atLeast = (page: Page, name: string, least: number) =>
  page.waitForFunction(
    ([key, value]) => Number(document.querySelector<HTMLDataElement>(`data[data-name=${key}]`)?.value) >= value,
    [name, least] as const,
  );

async function exported(page: Page, folder: string): Promise<readonly string[]> {
  const waiting = page.waitForEvent("download");
  await button(page, "Export").click();
  const files = unzipSync(await readFile(await (await waiting).path()));
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return Object.keys(files);
}

async function pause(page: Page): Promise<void> {
  await button(page, "Pause").click();
  await button(page, "Resume").waitFor();
}

describe.skipIf(executablePath === undefined)("the lecture's training in Chromium", () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    studio = await openStudio();
    folder = await mkdtemp(join(tmpdir(), "lecture-run-"));
  });
  afterAll(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });

  test("digits are learned as in Node, survive a reload, and leave as a folder", async () => {
    const { context, page, problems } = await visitLecture(studio, "training?train.seed=3", { bypassCSP: true }); // for axe
    await figure(page).scrollIntoViewIfNeeded();
    await button(page, "Start").focus();
    await page.keyboard.press("Enter");
    await atLeast(page, "step", 50);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight)); // goes on out of view
    await atLeast(page, "step", 60);
    await pause(page);
    await figure(page).evaluate((element) => {
      for (const details of element.querySelectorAll("details")) details.open = true;
    });
    const before = await numbers(page);
    const losses = Array.from({ length: 20 }, (_, i) => before[`step ${i + 1} loss`]!);
    const expected = await nodeLosses();
    for (const [i, loss] of expected.entries()) expect(Math.abs(losses[i]! - loss), `step ${i + 1}`).toBeLessThan(1e-4);
    expect(before["savedStep"]).toBe(before["step"]);
    expect(before["meanLoss"]).toBeLessThan(0.6 * mean(losses.slice(0, 5)));

    await page.reload();
    await figure(page).scrollIntoViewIfNeeded();
    await button(page, "Resume").waitFor();
    expect((await numbers(page))["step"]).toBe(before["step"]);
    await button(page, "Resume").click();
    await atLeast(page, "step", before["step"]! + 5);
    await pause(page);
    expect(await seriousFaults(page)).toEqual([]);

    const paths = await exported(page, folder);
    expect(paths).toEqual(expect.arrayContaining(["lecture-run/model/model_index.json", "lecture-run/metrics.jsonl"]));
    const images = [];
    for await (const event of generate({
      model: join(folder, "lecture-run/model"),
      prompt: "a three",
      steps: 2,
      seed: 1,
    })) {
      if (event.type === "image") images.push(event.image);
    }
    expect(images).toMatchObject([{ width: sides.digits, height: sides.digits }]);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("eight drawings are learned, and go on after a reload", async () => {
    const { context, page, problems } = await visitLecture(studio, "training?train.data=drawings");
    await figure(page).scrollIntoViewIfNeeded();
    const canvas = page.locator("canvas.drawing");
    for (let i = 0; i < 8; i++) {
      const { x, y, width, height } = (await canvas.boundingBox())!;
      await page.mouse.move(x + 0.2 * width, y + (0.1 + 0.1 * i) * height);
      await page.mouse.down();
      await page.mouse.move(x + 0.8 * width, y + (0.8 - 0.08 * i) * height, { steps: 4 });
      await page.mouse.up();
      await figure(page)
        .getByLabel("Caption")
        .fill(`line ${i % 4}`);
      await button(page, "Add the drawing").click();
    }
    expect(await button(page, "Add the drawing").isDisabled()).toBe(true);
    await button(page, "Start").click();
    await atLeast(page, "step", 3);
    await pause(page);
    const { step } = await numbers(page);
    await page.reload();
    await button(page, "Resume").click();
    await atLeast(page, "step", step! + 2);
    await page.getByText("Pause out of view").click();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.getByText(/is paused after step \d+/).waitFor();
    const { step: last } = await numbers(page);
    await figure(page).scrollIntoViewIfNeeded();
    await atLeast(page, "step", last! + 2);
    await pause(page);
    const paths = await exported(page, folder);
    expect(paths.filter((path) => /^lecture-run\/drawings\/drawing-\d\.(png|txt)$/.test(path))).toHaveLength(16);
    expect(problems).toEqual([]);
    await context.close();
  });
});
