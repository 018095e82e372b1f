import { expect, test } from "vitest";
import { addressOf, belowEngine, draw, inEngine, newVisit, type Studio } from "./page.ts";

/** Keeps the worker's device within a test's reach. */
const catchDevice = `
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    return (self.caughtDevice = await requestDevice.apply(this, options));
  }`;

/** Tests of the page on WebGPU, in software. */
export function describeWebGpu(studio: () => Studio): void {
  test("a WebGPU device that is lost is replaced, and its image drawn anew", { timeout: 600_000 }, async () => {
    const { context, page, problems } = await newVisit(studio(), { serviceWorkers: "block", bypassCSP: true });
    context.setDefaultTimeout(300_000); // a step in software takes seconds
    await inEngine(page, belowEngine(catchDevice));
    await page.goto(addressOf(studio()));
    await page.locator(".status[data-status=ready]").click();
    await page.getByRole("button", { name: "Use WebGPU" }).click();
    await page.getByText("the graphics card (WebGPU)").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/^Step 1 of 2$/).waitFor();
    const worker = page.workers().find((candidate) => candidate.url().startsWith("blob:"));
    await worker!.evaluate(() => (self as unknown as { caughtDevice: GPUDevice }).caughtDevice.destroy());
    await page.getByText("the image is drawn anew").waitFor();
    await page.locator(".actions").waitFor();
    await draw(page);
    expect(await page.locator(".rail .thumb img").count()).toBe(2);
    expect(problems).toEqual([]);
    await context.close();
  });
}
