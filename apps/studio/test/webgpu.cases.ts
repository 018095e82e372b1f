import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePng } from "aquatint";
import { main } from "aquatint/cli";
import { expect, test } from "vitest";
import { capturedIo } from "../../../packages/aquatint/test/captured-io.ts";
import { addressOf, belowEngine, draw, inEngine, newVisit, type Studio } from "./page.ts";

/** The image that Node makes of a PNG file's settings. */
async function nodeImage(png: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), "studio-like-"));
  try {
    const [file, again] = [join(folder, "page.png"), join(folder, "node.png")];
    await writeFile(file, png);
    const { io, err } = capturedIo({ cwd: folder });
    expect(await main(["generate", "--like", file, "--out", again, "--quiet"], io), err()).toBe(0);
    return decodePng(await readFile(again));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Keeps the worker's device within a test's reach. */
const catchDevice = `
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    return (self.caughtDevice = await requestDevice.apply(this, options));
  }`;

/** Tests of the page on WebGPU, in software. */
export function describeWebGpu(studio: () => Studio): void {
  test("WebGPU gives Node's image of the default prompt, and a device that is lost is replaced", {
    timeout: 600_000,
  }, async () => {
    const { context, page, problems } = await newVisit(studio(), { serviceWorkers: "block", bypassCSP: true });
    context.setDefaultTimeout(300_000); // a step in software takes seconds
    await inEngine(page, belowEngine(catchDevice));
    await page.goto(addressOf(studio()));
    await page.locator(".status[data-status=ready]").click();
    await page.getByRole("button", { name: "Use WebGPU" }).click();
    await page.getByText("the graphics card (WebGPU)").waitFor();
    await page.keyboard.press("Escape");
    const png = await draw(page);
    const [fromPage, fromNode] = [decodePng(png), await nodeImage(png)];
    const differences = fromPage.data.map((value, i) => Math.abs(value - fromNode.data[i]!));
    expect(fromNode.data.length).toBe(fromPage.data.length);
    expect(Math.max(...differences) / 255).toBeLessThan(0.01);
    expect(problems).toEqual([]);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/^Step 1 of 2$/).waitFor();
    const worker = page.workers().find((one) => one.url().startsWith("blob:"));
    await worker!.evaluate(() => (self as unknown as { caughtDevice: GPUDevice }).caughtDevice.destroy());
    await page.getByText("the image is drawn anew").waitFor();
    await page.locator(".rail .thumb img").nth(1).waitFor();
    await context.close();
  });
}
