import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePng, encodePng } from "aquatint";
import { main } from "aquatint/cli";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capturedIo } from "../../../packages/aquatint/test/captured-io.ts";
import { writeControlNet, writeVae } from "./companions.ts";
import { differenceFrom, drop, fixture, referenceImage, settled, useModel } from "./dropped.ts";
import { largestDifference } from "./node-image.ts";
import {
  addressOf,
  draw,
  executablePath,
  newVisit,
  openStudio,
  type Studio,
  shownImage,
  stopAt,
  visit,
  visitStoppable,
} from "./page.ts";

describe.skipIf(executablePath === undefined)("what stands beside a dropped checkpoint", () => {
  let studio: Studio;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-companions-"));
    studio = await openStudio();
  });
  afterAll(async () => {
    await studio.close();
    await rm(folder, { recursive: true });
  });

  const horse = { prompt: "a red horse", seed: "5", guidance: 5, steps: 2, width: 64, height: 64 } as const;
  const recipeOf = (png: Uint8Array) => JSON.parse(decodePng(png).text["aquatint"]!);

  /** The image that Node makes of a page's file. */
  async function again(png: Uint8Array, ...options: readonly string[]) {
    const [from, to] = [join(folder, "page.png"), join(folder, "node.png")];
    await writeFile(from, png);
    const { io, err } = capturedIo({ cwd: folder });
    const args = ["generate", "--like", from, "--model", fixture("sd"), ...options, "--out", to, "--quiet"];
    expect(await main(args, io), err()).toBe(0);
    expect(err()).not.toMatch(/made by|another/); // the hash of the model is the same
    return decodePng(await readFile(to));
  }

  async function select(page: Page, label: RegExp, option: string) {
    await page.getByRole("button", { name: label }).click();
    await page.getByRole("option", { name: option }).click();
    await settled(page);
  }

  test("an autoencoder gives Node's image, and the image lists it and the model's hash", async () => {
    const vae = join(folder, "colors");
    await writeVae(vae);
    const { context, page, problems } = await visit(studio, horse);
    await useModel(page, fixture("sd"));
    const bare = await draw(page);
    expect(recipeOf(bare)).toMatchObject({ model: "sd", modelHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(recipeOf(bare).needs).toBeUndefined();
    expect(largestDifference(decodePng(bare), await again(bare))).toBeLessThan(0.01);
    await drop(page, vae);
    await page.getByText("colors added: an autoencoder").waitFor();
    await settled(page);
    const png = await draw(page);
    expect(recipeOf(png).needs).toEqual(["vae"]);
    expect(largestDifference(decodePng(png), decodePng(bare))).toBeGreaterThan(0.05);
    expect(largestDifference(decodePng(png), await again(png, "--vae", vae))).toBeLessThan(0.01);
    await drop(page, join(folder, "page.png"));
    await page.getByRole("dialog").getByText("Use its settings").waitFor();
    expect(await page.getByText(/made by sd/).count()).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  test.each([
    ["8 bits", "q8"],
    ["4 bits", "q4"],
  ])("weights in %s give Node's image in that precision", async (label, precision) => {
    const { context, page, problems } = await visit(studio, horse);
    await drop(page, fixture("sd"));
    await page.getByRole("button", { name: /Precision/ }).click();
    await page.getByRole("option", { name: new RegExp(`^${label}`) }).click();
    await page.getByRole("button", { name: "Use this model" }).click();
    await page.getByRole("button", { name: "Use this model" }).waitFor({ state: "detached" });
    await settled(page);
    const png = await draw(page);
    expect(largestDifference(decodePng(png), await again(png, "--precision", precision))).toBeLessThan(0.01);
    expect(largestDifference(decodePng(png), await again(png))).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a ControlNet and its image give Node's image, and a clip with one is refused", async () => {
    const [control, map] = [join(folder, "edges"), join(folder, "map.png")];
    await writeControlNet(control);
    const data = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => ((i >> 6) % 7 === 0 ? 255 : 0));
    await writeFile(map, encodePng({ width: 64, height: 64, channels: 3, data }));
    const { context, page, problems } = await visit(studio, horse);
    await useModel(page, fixture("sd"));
    await drop(page, control);
    await page.getByText("edges added: a ControlNet").waitFor();
    await select(page, /ControlNet$/, "edges");
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose its image" }).click();
    await (await choosing).setFiles(map);
    await page.getByRole("img", { name: "What the ControlNet follows" }).waitFor();
    await settled(page);
    const png = await draw(page);
    expect(recipeOf(png).needs).toEqual(["controls"]);
    expect(differenceFrom(png, await referenceImage("sd-ddim"))).toBeGreaterThan(0.05);
    const options = ["--control", control, "--control-image", map];
    expect(largestDifference(decodePng(png), await again(png, ...options))).toBeLessThan(0.01);
    await page.getByRole("button", { name: "Output: Image" }).click();
    await page.getByRole("menuitemradio", { name: /^Video/ }).click();
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText("the page makes no clips with a ControlNet").waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a model that is chosen in the middle of an image draws it anew, and the page says that", async () => {
    const { context, page } = await visitStoppable(studio, horse);
    await useModel(page, fixture("sd"));
    await stopAt(page, "step");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText("Step 1 of 2").waitFor();
    // what the page says is gone after seconds, in which the other model may not be open yet
    const said = page.getByText("The model or the device was changed in the middle of an image").waitFor();
    await Promise.all([said, select(page, /^sd\b/, "Default model")]);
    expect(await page.getByText("The engine ended in the middle of an image").count()).toBe(0);
    await page.locator(".actions").waitFor();
    expect(recipeOf(await shownImage(page)).model).not.toBe("sd");
    await context.close();
  });

  test("a browser that cannot read weights on demand reads each network whole, gives the same image and says so", async () => {
    const { context, page, problems } = await newVisit(studio, { bypassCSP: true, serviceWorkers: "block" });
    const withoutJspi = "delete WebAssembly.Suspending; delete WebAssembly.promising;";
    await context.addInitScript(withoutJspi);
    // workers have globals of their own
    await page.route(/\/assets\/[^/]*worker[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${withoutJspi}\n${await response.text()}` });
    });
    await page.goto(addressOf(studio, { ...horse, negative: "blue" }));
    await drop(page, fixture("sd"));
    await page.getByText(/This browser cannot read weights on demand \(WebAssembly JSPI\)/).waitFor();
    await page.getByRole("button", { name: "Use this model" }).click();
    await settled(page);
    expect(differenceFrom(await draw(page), await referenceImage("sd-ddim"))).toBeLessThan(0.01);
    expect(page.workers().some((worker) => worker.url().includes("worker-jspi"))).toBe(false);
    expect(problems).toEqual([]);
    await context.close();
  });
});
