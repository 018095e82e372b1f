import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodePng, encodePng, type PngImage } from "aquatint";
import { decodeApng } from "aquatint/formats";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyMotionAdapter, tinyMotionConfig } from "../../../packages/aquatint/test/tiny-motion.ts";
import { writeFiles } from "../../../packages/aquatint/test/tiny-pixel-model.ts";
import { writeControlNet, writeVae } from "./companions.ts";
import { differenceFrom, fixture, referenceImage } from "./dropped.ts";
import { largestDifference } from "./node-image.ts";
import { executablePath, shownImage } from "./page.ts";
import {
  images,
  openServedStudio,
  pressDraw,
  type ServedStudio,
  type ServedVisit,
  setSteps,
  signIn,
  visitServer,
} from "./server-page.ts";

/** Files of a server as the web UI and ComfyUI lay them out: a model, and one of each kind beside it. */
async function layOut(root: string): Promise<string> {
  const motion = { ...tinyMotionConfig, block_out_channels: [8, 8, 16, 16], motion_layers_per_block: 2 };
  for (const kind of ["ControlNet", "VAE"]) await mkdir(join(root, "models", kind), { recursive: true });
  await cp(fixture("sd"), join(root, "models/Stable-diffusion/sd"), { recursive: true });
  await cp(fixture("adapters/lora-kohya.safetensors"), join(root, "models/Lora/style.safetensors"));
  await writeControlNet(join(root, "models/ControlNet/edges"));
  await writeVae(join(root, "models/VAE/colors"));
  await writeFiles(join(root, "models/animatediff_models/moves"), tinyMotionAdapter({ config: motion }));
  return root;
}

describe.skipIf(executablePath === undefined)("what stands beside a model of the server, in Chromium", () => {
  let studio: ServedStudio;
  let ann: ServedVisit;
  let page: Page;
  let map: string;
  let count = 0;
  let bare: PngImage;
  beforeAll(async () => {
    studio = await openServedStudio(async (folder) => {
      map = join(folder, "map.png");
      const data = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => ((i >> 6) % 7 === 0 ? 255 : 0));
      await writeFile(map, encodePng({ width: 64, height: 64, channels: 3, data }));
      return { models: [], modelFolders: [await layOut(join(folder, "webui"))] };
    });
    const settings = {
      prompt: "a red horse",
      negative: "blue",
      seed: "5",
      seedLocked: true,
      guidance: 5,
      width: 64,
      height: 64,
    };
    const address = `${studio.server.server.url}/studio/#make=${encodeURIComponent(JSON.stringify(settings))}`;
    ann = await visitServer(studio, { address, viewport: { width: 1300, height: 900 } });
    ({ page } = ann);
    await signIn(page, studio.tokens.ann);
    await setSteps(page, 2);
  });
  afterAll(async () => {
    await ann[Symbol.asyncDispose]();
    await studio[Symbol.asyncDispose]();
  });

  /** Draws on the server; the image's file. */
  async function drawn(): Promise<Buffer> {
    await pressDraw(page);
    await images(page, ++count);
    return shownImage(page);
  }
  const select = async (label: RegExp, option: string) => {
    await page.getByRole("button", { name: label }).click();
    await page.getByRole("option", { name: option }).click();
  };
  const recipeOf = ({ text }: PngImage) => JSON.parse(text["aquatint"]!);
  const kindOfLast = async () => (await (await studio.call("ann", "/v1/jobs")).json()).jobs[0].kind;

  test("a model and its LoRA give diffusers' images", async () => {
    const png = await drawn();
    expect(differenceFrom(png, await referenceImage("sd-ddim"))).toBeLessThan(0.01);
    bare = decodePng(png);
    await page.locator("#prompt").fill("a red horse <lora:style:1>");
    expect(differenceFrom(await drawn(), await referenceImage("sd-lora"))).toBeLessThan(0.01);
    await page.locator("#prompt").fill("a red horse");
  });

  test("an autoencoder and a ControlNet change the image, and its file names them", async () => {
    await select(/Autoencoder/, "colors");
    const other = decodePng(await drawn());
    expect(recipeOf(other).needs).toEqual(["vae"]);
    expect(largestDifference(other, bare)).toBeGreaterThan(0.05);
    await select(/Autoencoder/, "The model's own");
    await select(/ControlNet$/, "edges");
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose its image" }).click();
    await (await choosing).setFiles(map);
    await page.getByRole("img", { name: "What the ControlNet follows" }).waitFor();
    const controlled = decodePng(await drawn());
    expect(recipeOf(controlled).needs).toEqual(["controls"]);
    expect(largestDifference(controlled, bare)).toBeGreaterThan(0.05);
    await page.getByRole("button", { name: "Draw without the ControlNet" }).click();
    expect(largestDifference(decodePng(await drawn()), bare)).toBe(0);
  });

  test("inpainting keeps the pixels beside the mask", async () => {
    await page.getByRole("button", { name: "Start from this image" }).click();
    await page.getByRole("button", { name: "Paint a mask" }).click();
    const { x, y, width, height } = (await page.locator(".mask-editor canvas").last().boundingBox())!;
    await page.mouse.move(x + 0.4 * width, y + 0.5 * height);
    await page.mouse.down();
    await page.mouse.move(x + 0.6 * width, y + 0.5 * height, { steps: 4 });
    await page.mouse.up();
    await page.getByRole("button", { name: "Use the mask" }).click();
    const painted = decodePng(await drawn());
    expect(await kindOfLast()).toBe("inpainting");
    const differing = Array.from({ length: 64 * 64 }, (_, i) => i).filter((i) =>
      [0, 1, 2].some((c) => painted.data[3 * i + c] !== bare.data[3 * i + c]),
    );
    expect(differing.length).toBeGreaterThan(100);
    // the brush has a tenth of the side, around the middle row
    for (const i of differing) expect(Math.abs(Math.floor(i / 64) - 32)).toBeLessThan(10);
    await page.getByRole("button", { name: "Start from noise again" }).click();
  });

  test("a clip comes from the motion adapter of the server", async () => {
    await page.getByRole("button", { name: "Output: Image" }).click();
    await page.getByRole("menuitemradio", { name: /^Video/ }).click();
    await page.getByRole("textbox", { name: "Frames", exact: true }).fill("3");
    await page.keyboard.press("Tab");
    await pressDraw(page);
    await images(page, ++count);
    expect(await kindOfLast()).toBe("text-to-video");
    const [job] = (await (await studio.call("ann", "/v1/jobs")).json()).jobs;
    const file = await (await studio.call("ann", job.files[0].url)).arrayBuffer();
    expect((await decodeApng(new Uint8Array(file))).frames).toHaveLength(3);
    await page.locator(".clip-mark").first().waitFor();
    expect(ann.problems).toEqual([]);
  });
});
