import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "aquatint/node";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyLatentModel } from "../../../packages/aquatint/test/tiny-latent-model.ts";
import { tinyMotionAdapter } from "../../../packages/aquatint/test/tiny-motion.ts";
import { partTitles } from "../src/lecture/pages/stable-diffusion/parts.ts";
import { seriousFaults } from "./axe.ts";
import { dropFiles, fixture } from "./dropped.ts";
import { computed, numbersOf, visitLecture } from "./lecture-page.ts";
import { clip, position, videoNumbers } from "./lecture-video-checks.ts";
import { executablePath, openStudio, type Studio, serveModel } from "./page.ts";

/** Waits until a figure has the numbers, and compares them. */
async function expectNumbers(page: Page, figure: string, expected: Readonly<Record<string, number>>) {
  await page.locator(`figure[data-figure="${figure}"] details`).evaluateAll((all) => {
    for (const details of all) (details as HTMLDetailsElement).open = true;
  });
  await computed(page, figure);
  const actual = await numbersOf(page, figure);
  expect(Object.keys(expected).length).toBeGreaterThan(1);
  for (const [name, value] of Object.entries(expected)) {
    expect(Math.abs((actual[name] ?? Number.NaN) - value), `${name}: ${actual[name]}, in Node ${value}`).toBeLessThan(
      1e-3,
    );
  }
}

describe.skipIf(executablePath === undefined)("the lecture with models of the visitor", () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lecture-models-"));
    studio = await openStudio();
  });
  afterAll(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });

  const values = (figure: string) =>
    `${figure}.prompt=${encodeURIComponent(clip.prompt)}&${figure}.frames=${clip.frames}&${figure}.steps=${clip.steps}&${figure}.seed=${clip.seed}`;
  const address = `video?${values("clip")}&${values("attention")}&attention.x=${position.x}&attention.y=${position.y}`;
  const blocked = { serviceWorkers: "block", reducedMotion: "reduce", bypassCSP: true } as const; // for axe

  test("without a motion adapter the page on video says so, shows frames without it, and takes a file", async () => {
    const { context, page } = await visitLecture(studio, "", blocked);
    await serveModel(context, "model", tinyLatentModel());
    await context.route("**/motion/**", (route) => route.fulfill({ status: 404 }));
    await page.goto(`${studio.site.url}lecture/?missing#${address}`);
    const figure = page.locator("figure[data-figure=clip]");
    await figure.scrollIntoViewIfNeeded();
    await figure.getByText("This page has no motion adapter").waitFor();
    await figure.getByText("The other clip needs a motion adapter").waitFor();
    expect(await figure.getByRole("region", { name: "Each frame for itself" }).locator("canvas").count()).toBe(4);
    expect(await seriousFaults(page)).toEqual([]);
    const adapter = join(folder, "adapter.safetensors");
    for (const [path, bytes] of tinyMotionAdapter()) if (path.endsWith(".safetensors")) await writeFile(adapter, bytes);
    const choosing = page.waitForEvent("filechooser");
    await figure.getByRole("button", { name: "Open an adapter" }).click();
    await (await choosing).setFiles(adapter);
    await figure.getByText("Motion adapter: adapter.safetensors").waitFor();
    await context.close();
  });

  test("the host's motion adapter joins frames, and its attention is the library's", async () => {
    const { context, page, problems } = await visitLecture(studio, "", blocked);
    await serveModel(context, "model", tinyLatentModel());
    await serveModel(context, "motion", tinyMotionAdapter());
    await page.goto(`${studio.site.url}lecture/?host#${address}`);
    await page.locator("figure[data-figure=clip]").waitFor();
    const expected = await videoNumbers();
    await expectNumbers(page, "clip", expected.clip);
    const slider = page.locator("figure[data-figure=clip]").getByRole("slider", { name: "Frame", exact: true });
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => location.hash.includes("clip.frame=2"));
    await expectNumbers(page, "attention", expected.attention);
    expect(await seriousFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("values of a link that no layer and no part has are named", async () => {
    const { context, page } = await visitLecture(studio, "unet?map.part=roof&attention.layer=roof&attention.steps=1");
    for (const [figure, key] of [
      ["map", "map.part"],
      ["attention", "attention.layer"],
    ] as const) {
      await page.locator(`figure[data-figure=${figure}]`).scrollIntoViewIfNeeded();
      await page.getByText(`${key} is one of`).waitFor();
    }
    await computed(page, "map");
    await context.close();
  });

  test("a checkpoint that is dropped on page 9 is taken apart, with Node's tokens and latents", async () => {
    const { context, page, problems } = await visitLecture(
      studio,
      "stable-diffusion?make.steps=2&make.prompt=a%20red%20horse&make.part=latents&make.at=2",
    );
    const figure = page.locator("figure[data-figure=make]");
    await figure.waitFor();
    await dropFiles(page, fixture("sd"));
    await figure.getByText("Model: sd").waitFor();
    let latent = new Float32Array();
    for await (const event of generate({ model: fixture("sd"), prompt: "a red horse", seed: 7, steps: 2 })) {
      if (event.type === "evaluation") latent = Float32Array.from(event.latent);
    }
    const mean = latent.reduce((a, b) => a + b, 0) / latent.length;
    await expectNumbers(page, "make", { first: latent[0]!, mean });
    await figure.getByRole("img", { name: "The image of the prompt" }).waitFor(); // whatever part is open
    await figure.getByRole("button", { name: partTitles.tokens }).click();
    await figure.getByRole("list", { name: "Tokens of the prompt" }).getByText("horse").waitFor();
    await figure.getByRole("button", { name: "Reset" }).click();
    await figure.getByText("Model: the default one").waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});
