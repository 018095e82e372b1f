/**
 * `tsx apps/studio/scripts/full-size.ts [SIZE]`: what the page does on WebAssembly with a Stable Diffusion 1.5 of full size in half
 * precision, whose weights are zeros: seconds, and the most memory of the renderers, for an image of SIZE x SIZE pixels in one step.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drop, ready, rendererBytes, settled } from "../test/dropped.ts";
import { openStudio, visit } from "../test/page.ts";
import { writeZeroModel } from "./zero-model.ts";

const side = Number(process.argv[2] ?? 256);
const folder = mkdtempSync(join(tmpdir(), "studio-full-size-"));
await writeZeroModel(join(folder, "sd15"));
const studio = await openStudio();
try {
  const settings = { prompt: "a red fox", steps: 1, guidance: 1, width: side, height: side };
  const { context, page, problems } = await visit(studio, settings);
  context.setDefaultTimeout(600_000);
  await ready(page);
  let peak = 0;
  const watching = setInterval(async () => {
    peak = Math.max(peak, await rendererBytes(studio.browser).catch(() => 0));
  }, 250);
  let start = performance.now();
  const lap = (what: string) => {
    const now = performance.now();
    console.log(`${what}: ${((now - start) / 1000).toFixed(1)} s, ${(peak / 1e9).toFixed(2)} GB at most`);
    start = now;
  };
  await drop(page, join(folder, "sd15"));
  await page.getByText(/^It fits/).waitFor();
  console.log(await page.locator(".fit").textContent());
  lap("the page says what it is");
  await page.getByRole("button", { name: "Use this model" }).click();
  await settled(page);
  lap("opened");
  await page.getByRole("button", { name: "Draw", exact: true }).click();
  await page.getByText("Step 1 of 1").waitFor();
  lap("the step");
  await page.locator(".actions, .notice[data-kind=error]").first().waitFor();
  lap("the image");
  console.log(await page.locator(".notice, .toast").allTextContents(), problems);
  clearInterval(watching);
} finally {
  await studio.close();
  rmSync(folder, { recursive: true });
}
