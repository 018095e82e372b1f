import type { BrowserContextOptions, Page } from "playwright";
import { newVisit, type Studio, type Visit } from "./page.ts";

/** Opens an address of the lecture: `forward?noise.t=300`. */
export async function visitLecture(studio: Studio, address = "", options: BrowserContextOptions = {}): Promise<Visit> {
  const result = await newVisit(studio, options);
  await result.page.goto(`${studio.site.url}lecture/#${address}`);
  await result.page.locator(".page h1").waitFor();
  return result;
}

/** Waits until a figure has computed all it shows. */
export async function computed(page: Page, figure: string): Promise<void> {
  const element = page.locator(`figure[data-figure="${figure}"]`);
  await element.scrollIntoViewIfNeeded();
  await page.waitForFunction((id) => {
    const element = document.querySelector(`figure[data-figure="${id}"]`);
    const values = [...(element?.querySelectorAll<HTMLDataElement>("data.value") ?? [])];
    return (
      element?.getAttribute("aria-busy") === "false" &&
      !element.querySelector(".notice") &&
      values.length > 0 &&
      values.every(({ value }) => value !== "NaN")
    );
  }, figure);
}

/** The numbers of a figure in full, by their names. */
export const numbersOf = (page: Page, figure: string): Promise<Readonly<Record<string, number>>> =>
  page.evaluate((id) => {
    const values = document.querySelectorAll<HTMLDataElement>(`figure[data-figure="${id}"] data.value`);
    return Object.fromEntries(Array.from(values, (data) => [data.dataset["name"] ?? "", Number(data.value)]));
  }, figure);
