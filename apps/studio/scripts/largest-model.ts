/**
 * `tsx apps/studio/scripts/largest-model.ts [SIDE]`: the widest U-Net of Stable Diffusion 1.5's form, in half precision and with weights
 * of zeros, with which the page makes an image of SIDE x SIDE pixels on WebAssembly, found by halving. Of each that is tried: what the page
 * says, seconds, and the most memory of the renderers. One step, no guidance.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drop, ready, rendererBytes, settled } from "../test/dropped.ts";
import { openStudio, visit } from "../test/page.ts";
import { SD15_WIDTH, writeZeroModel } from "./zero-model.ts";

/** Widths are multiples of the groups of a normalization. */
const GROUPS = 32;
const WIDEST = 2 * SD15_WIDTH;

const side = Number(process.argv[2] ?? 256);
const root = mkdtempSync(join(tmpdir(), "studio-largest-"));
const studio = await openStudio();

/** Whether the page makes an image with a U-Net of this width. */
async function draws(width: number): Promise<boolean> {
  const folder = join(root, `width-${width}`);
  const bytes = await writeZeroModel(folder, { side, width });
  const { context, page } = await visit(studio, {
    prompt: "a red fox",
    steps: 1,
    guidance: 1,
    width: side,
    height: side,
  });
  context.setDefaultTimeout(1_200_000);
  let peak = 0;
  const watching = setInterval(async () => {
    peak = Math.max(peak, await rendererBytes(studio.browser).catch(() => 0));
  }, 250);
  const start = performance.now();
  try {
    await ready(page);
    await drop(page, folder);
    const verdict = page.getByText(/^It fits:|It fits at a smaller size|It does not fit/);
    await verdict.first().waitFor();
    const text = await verdict.first().textContent();
    const fits = /^It fits:/.test(text ?? "");
    if (fits) {
      await page.getByRole("button", { name: "Use this model" }).click();
      await settled(page);
      await page.getByRole("button", { name: "Draw", exact: true }).click();
      await page.locator(".actions, .notice[data-kind=error]").first().waitFor();
    }
    const isDrawn = fits && (await page.locator(".actions").count()) > 0;
    const seconds = (performance.now() - start) / 1000;
    const outcome = isDrawn ? "drawn" : fits ? "failed" : "refused";
    console.log(
      `${width} channels, ${(bytes / 1e9).toFixed(2)} GB: ${outcome}, ${seconds.toFixed(0)} s, ${(peak / 1e9).toFixed(2)} GB at most`,
    );
    console.log(`  ${text} ${await page.locator(".notice").allTextContents()}`);
    return isDrawn;
  } finally {
    clearInterval(watching);
    await context.close();
    rmSync(folder, { recursive: true });
  }
}

try {
  let [lower, upper] = [SD15_WIDTH - GROUPS, WIDEST + GROUPS];
  while (upper - lower > GROUPS) {
    const width = lower + GROUPS * Math.floor((upper - lower) / GROUPS / 2);
    if (await draws(width)) lower = width;
    else upper = width;
  }
  console.log(`the widest is ${lower} channels`);
} finally {
  await studio.close();
  rmSync(root, { recursive: true });
}
