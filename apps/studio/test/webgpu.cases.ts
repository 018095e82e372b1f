import { decodePng } from "aquatint";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { largestDifference, nodeImage } from "./node-image.ts";
import { addressOf, belowEngine, draw, inEngine, newVisit, type Studio, visit } from "./page.ts";

/** Keeps the worker's device within a test's reach. */
const catchDevice = `
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    return (self.caughtDevice = await requestDevice.apply(this, options));
  }`;

async function useWebGpu(page: Page): Promise<void> {
  await page.locator(".status[data-status=ready]").click();
  await page.getByRole("button", { name: "Use WebGPU" }).click();
  await page.getByText("the graphics card (WebGPU)").waitFor();
  await page.keyboard.press("Escape");
}

/** Tests of the page on WebGPU, in software. */
export function describeWebGpu(studio: () => Studio): void {
  test("on WebGPU the default prompt gives Node's image", async () => {
    const { context, page, problems } = await visit(studio());
    await useWebGpu(page);
    const png = await draw(page);
    expect(largestDifference(decodePng(png), await nodeImage(png))).toBeLessThan(0.01);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a WebGPU device that is lost is replaced, and its image drawn anew", async () => {
    const { context, page, problems } = await newVisit(studio(), { serviceWorkers: "block", bypassCSP: true });
    await inEngine(page, belowEngine(catchDevice));
    await page.goto(addressOf(studio()));
    await useWebGpu(page);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/^Step 1 of 2$/).waitFor();
    const worker = page.workers().find((candidate) => candidate.url().startsWith("blob:"));
    const lose = worker!.evaluate(() => (self as unknown as { caughtDevice: GPUDevice }).caughtDevice.destroy());
    await Promise.all([page.getByText("the image is drawn anew").waitFor(), lose]);
    await page.locator(".actions").waitFor();
    await draw(page);
    expect(await page.locator(".rail .thumb img").count()).toBe(2);
    expect(problems).toEqual([]);
    await context.close();
  });
}
