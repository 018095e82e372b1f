/** `tsx scripts/lecture-screenshots.ts FOLDER [PAGE ...]`: pictures of pages of the lecture at two widths, light and dark. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { newVisit, openStudio } from "../test/page.ts";

const [folder = "out/lecture", ...names] = process.argv.slice(2);
const widths = [390, 1440] as const;
const schemes = ["light", "dark"] as const;

await mkdir(folder, { recursive: true });
const studio = await openStudio();
try {
  for (const colorScheme of schemes) {
    const { context, page, problems } = await newVisit(studio, { colorScheme, reducedMotion: "reduce" });
    await page.goto(`${studio.site.url}lecture/`);
    const links = await page.locator(".topics a").evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).hash));
    for (const name of ["", ...links.map((hash) => hash.slice(1))]) {
      if (names.length > 0 && !names.includes(name || "contents")) continue;
      await page.goto(`${studio.site.url}lecture/#${name}`);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        for (const figure of await page.locator("figure.figure").all()) {
          await figure.scrollIntoViewIfNeeded();
          await page.waitForTimeout(2500);
        }
        await page.evaluate(() => scrollTo(0, 0));
        await page.waitForTimeout(300);
        await page.screenshot({
          path: join(folder, `${name || "contents"}-${width}-${colorScheme}.png`),
          fullPage: true,
        });
      }
    }
    if (problems.length > 0) console.log(problems.join("\n"));
    await context.close();
  }
} finally {
  await studio.close();
}
