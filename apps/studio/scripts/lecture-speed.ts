/** `tsx scripts/lecture-speed.ts [VISITS]`: seconds until each page of the lecture can be used, and until its first figure has a number. */
import type { Page } from "playwright";
import { pages } from "../src/lecture/pages.ts";
import { newVisit, openStudio } from "../test/page.ts";

const visits = Number(process.argv[2] ?? 3);

const now = (page: Page): Promise<number> => page.evaluate(() => performance.now() / 1000);

/** Seconds from the start of the navigation until the first figure's first control takes a key, and until it shows a number. */
async function timesOf(page: Page, address: string) {
  await page.goto("about:blank");
  await page.goto(address, { waitUntil: "commit" });
  const figure = page.locator("figure.figure").first();
  const control = figure.locator("input:enabled, button:enabled, [tabindex='0']").first();
  await control.waitFor();
  await control.focus();
  const usable = await now(page);
  await figure.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => {
    const first = document.querySelector("figure.figure");
    const numbers = [...(first?.querySelectorAll<HTMLDataElement>("data.value") ?? [])];
    return first?.querySelector(".notice") || numbers.some(({ value }) => value !== "NaN");
  });
  return { usable, number: await now(page) };
}

const text = (values: readonly number[]): string =>
  values
    .toSorted((a, b) => a - b)
    .map((value) => value.toFixed(2))
    .join(", ");

const studio = await openStudio();
try {
  for (const { number, name } of pages) {
    const address = `${studio.site.url}lecture/#${name}`;
    const first = [];
    const second = [];
    for (let i = 0; i < visits; i++) {
      const { context, page } = await newVisit(studio);
      first.push(await timesOf(page, address));
      second.push(await timesOf(page, address));
      await context.close();
    }
    const row = [first, second].flatMap((times) => [
      text(times.map(({ usable }) => usable)),
      text(times.map(({ number: seconds }) => seconds)),
    ]);
    console.log(`| ${number} ${name} | ${row.join(" | ")} |`);
  }
} finally {
  await studio.close();
}
