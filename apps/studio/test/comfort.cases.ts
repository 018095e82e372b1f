import { decodePng } from "aquatint";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { draw, type Studio, stopAt, visit, visitStoppable } from "./page.ts";

/** How far content reaches over the right edge of the page, in pixels. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Tests of unusual prompts, screens and preferences. */
export function describeComfort(studio: () => Studio): void {
  test("a long prompt of several scripts is drawn, kept to the letter, and its end is said not to be read", async () => {
    const prompt = "🦊👩🏽‍🚀 ثعلب أحمر في الثلج שועל 雪の中の狐 ".repeat(200).slice(0, 4000).trim();
    const { context, page, problems } = await visit(studio(), { prompt });
    const { text } = decodePng(await draw(page));
    expect(JSON.parse(text["aquatint"]!)).toMatchObject({ prompt });
    await page.getByText("not read:").first().waitFor();
    expect(await page.locator("#prompt").getAttribute("dir")).toBe("auto");
    expect(await overflow(page)).toBe(0);
    const { height } = (await page.locator(".composer").boundingBox())!;
    expect(height).toBeLessThan(400);
    for (let press = 0; press < 2; press++) await page.getByRole("button", { name: "Start from this image" }).click();
    await expect.poll(() => page.getByText("The next image starts from this one.").count()).toBe(1);
    await page.getByRole("tab", { name: "Gallery" }).click();
    await page.getByRole("row").waitFor();
    expect(await overflow(page)).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("at 200 % and with forced colors nothing is cut off, nothing moves, and the plate stays in sight", async () => {
    // a window of 1280 x 800 at 200 %
    const screen = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 };
    const quiet = { reducedMotion: "reduce", forcedColors: "active" } as const;
    const { context, page, problems } = await visitStoppable(studio(), {}, { ...screen, ...quiet });
    await stopAt(page, "step");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText("Step 1 of 2").waitFor();
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter(
          ({ playState, effect }) => playState === "running" && Number(effect!.getComputedTiming().activeDuration) > 1,
        )
        .map((animation) => (animation as CSSAnimation).animationName ?? "transition"),
    );
    expect(moving).toEqual([]);
    await page.getByRole("button", { name: "Cancel" }).click();
    const plate = page.locator(".plate");
    await plate.scrollIntoViewIfNeeded();
    expect((await plate.boundingBox())!.height).toBeGreaterThan(120);
    for (const width of [640, 360]) {
      await page.setViewportSize({ width, height: 400 });
      for (const name of ["Make", "Gallery", "Grid", "Compare"]) {
        await page.getByRole("tab", { name }).click();
        await page.locator("main section, main .gallery-empty").first().waitFor();
        expect([name, width, await overflow(page)]).toEqual([name, width, 0]);
      }
    }
    expect(problems).toEqual([]);
    await context.close();
  });
}
