import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pages } from "../src/lecture/pages.ts";
import { seriousFaults } from "./axe.ts";
import { lastEstimate, numberChecks } from "./lecture-checks.ts";
import { computed, numbersOf, visitLecture } from "./lecture-page.ts";
import { executablePath, newVisit, openStudio, type Studio } from "./page.ts";

const names = pages.map(({ name }) => name);
const placeOf = (page: Page) => page.evaluate(() => decodeURIComponent(location.hash));
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Formulas that are wider than their place, and scroll. */
const cutFormulas = (page: Page) =>
  page
    .locator(".formula")
    .evaluateAll((all) =>
      all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ textContent }) => textContent),
    );

/** Share of the window's height that the buttons lie over, counted from its lower edge, where they take its whole width. */
const coverage = (page: Page) =>
  page.locator(".step-buttons").evaluate((bar) => {
    const { top, width } = bar.getBoundingClientRect();
    return width >= document.documentElement.clientWidth ? (innerHeight - top) / innerHeight : Number.POSITIVE_INFINITY;
  });

/** Brings every part of the page into view, one after another. */
async function scrollThrough(page: Page): Promise<void> {
  for (const figure of await page.locator("figure.figure").all()) {
    await figure.scrollIntoViewIfNeeded();
    await page.waitForTimeout(150);
  }
}

describe.skipIf(executablePath === undefined)("the lecture in Chromium", () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(async () => studio.close());

  test.each(numberChecks)("$figure at $address has the library's numbers", async ({ address, figure, ...check }) => {
    const { context, page, problems } = await visitLecture(studio, address);
    await computed(page, figure);
    await page.locator(`figure[data-figure="${figure}"]`).evaluate((element) => {
      for (const details of element.querySelectorAll("details")) details.open = true;
    });
    const [actual, expected] = [await numbersOf(page, figure), await check.expected()];
    const wrong = Object.entries(expected).filter(
      ([name, value]) => !(Object.is(actual[name], value) || Math.abs(actual[name]! - value) <= check.tolerance),
    );
    expect(Object.keys(expected).length).toBeGreaterThan(1);
    expect(wrong.map(([name, value]) => `${name}: ${actual[name]}, in Node ${value}`)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a walk of many steps ends where one jump does", async () => {
    const { context, page } = await visitLecture(studio, "forward?noise.t=200&noise.mode=steps");
    await computed(page, "noise");
    const text = await page.locator("figure[data-figure=noise] figcaption").innerText();
    const [, difference = "1"] = /up to ([\d.e-]+)\./.exec(text) ?? [];
    expect(Number(difference)).toBeLessThan(1e-5);
    await context.close();
  });

  test("the default model draws with two samplers, and its numbers obey the formula", async () => {
    const { context, page, problems } = await visitLecture(studio, "sampling?draw.steps=3&draw.at=3");
    await page.locator("figure[data-figure=draw]").scrollIntoViewIfNeeded();
    await page.locator(".frame-final canvas").nth(1).waitFor();
    expect(await page.locator(".frame canvas").count()).toBe(2 * (2 * 3 + 1));
    const values = await page
      .locator(".filled-step")
      .evaluateAll((steps) =>
        steps.map((step) =>
          Array.from(step.querySelectorAll("[data-value]"), (value) => Number(value.getAttribute("data-value"))),
        ),
      );
    for (const [x0, sigma, eps, x] of values) {
      expect(x0! + sigma! * eps!).toBeCloseTo(x!, 6);
      expect(sigma).toBe(0); // the last step ends at the clean latent
    }
    for (const [i, sampler] of ["renoise", "ddim"].entries()) {
      expect(Math.abs(values[i]![0]! - (await lastEstimate(sampler, 3)))).toBeLessThan(0.01);
    }
    expect(values[0]).not.toEqual(values[1]);
    expect(problems).toEqual([]);
    await context.close();
  });

  test.each(["light", "dark"] as const)("axe finds nothing serious on any page: %s", async (colorScheme) => {
    const still = { colorScheme, bypassCSP: true, reducedMotion: "reduce" } as const;
    const { context, page } = await visitLecture(studio, "", still);
    const faults: Record<string, readonly string[]> = {};
    for (const name of ["", ...names]) {
      await page.goto(`${studio.site.url}lecture/#${name}`);
      await page.locator(".page h1").waitFor();
      await scrollThrough(page);
      faults[name] = await seriousFaults(page);
    }
    expect(faults).toEqual(Object.fromEntries(["", ...names].map((name) => [name, []])));
    await context.close();
  });

  test("nothing moves while figures compute, and nothing is wider than the page, from 360 pixels to 4K", async () => {
    const { context, page, problems } = await visitLecture(studio);
    for (const name of names) {
      for (const width of [360, 1200, 3840]) {
        await page.setViewportSize({ width, height: width < 500 ? 740 : (width * 9) / 16 });
        await page.goto(`${studio.site.url}lecture/?${name}-${width}#${name}`);
        await page.locator(".step").first().waitFor();
        await page.evaluate(() => {
          const shifts: number[] = [];
          Object.assign(window, { shifts });
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
          }).observe({ type: "layout-shift", buffered: true });
        });
        await scrollThrough(page);
        const shift = await page.evaluate(() =>
          (window as unknown as { shifts: number[] }).shifts.reduce((a, b) => a + b, 0),
        );
        expect([name, width, await overflow(page)]).toEqual([name, width, 0]);
        expect(await cutFormulas(page), `${name} at ${width}`).toEqual([]);
        expect(await coverage(page), `${name} at ${width}`).toBeLessThan(0.1);
        expect(shift, `${name} at ${width}`).toBeLessThan(0.05);
      }
    }
    expect(problems).toEqual([]);
    await context.close();
  });

  test("arrow keys step through pages, and sliders keep theirs", async () => {
    const { context, page, problems } = await visitLecture(studio, "forward", { reducedMotion: "reduce" });
    await page.locator(".step").nth(1).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => location.hash.includes("step=2"));
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "Noise schedules", level: 1 }).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("heading", { name: "Adding noise", level: 1 }).waitFor();
    await page.locator(".step").nth(1).waitFor();
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight)); // from where the visitor reads
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "Noise schedules", level: 1 }).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("heading", { name: "Adding noise", level: 1 }).waitFor();
    await page.getByRole("slider", { name: "t", exact: true }).focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => location.hash.includes("noise.t=251"));
    expect(await placeOf(page)).not.toContain("step");
    await page.goto(`${studio.site.url}lecture/?end#video?step=2`);
    await page.locator(".step").nth(1).waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("heading", { name: "Diffusion models, live" }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a presentation shows one step at a time, and terms are explained by keyboard and by touch", async () => {
    const { context, page } = await visitLecture(studio, "forward", { reducedMotion: "reduce" });
    await page.locator(".step").nth(1).waitFor();
    await page.keyboard.press("p");
    await page.locator(".step:not([hidden])").first().waitFor();
    expect(await page.locator(".step:visible").count()).toBe(1);
    await page.keyboard.press("PageDown");
    await page.getByRole("heading", { name: "A chain of small steps" }).waitFor();
    expect(await page.locator(".step:visible").count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.locator(".step").first().waitFor();
    const term = page.getByRole("button", { name: "noise", exact: true });
    await page.keyboard.press("Tab");
    await term.focus();
    await page.getByRole("tooltip").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("tooltip").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "time", exact: true }).click();
    await page.getByRole("tooltip", { name: /T is pure noise/ }).waitFor();
    await context.close();
  });

  test("a link to the state of one figure shows that figure, and one to several the page from its start", async () => {
    const { context, page, problems } = await visitLecture(studio, "reverse?field.t=200", { reducedMotion: "reduce" });
    await page.waitForFunction(() => {
      const { top } = document.querySelector("figure[data-figure=field]")?.getBoundingClientRect() ?? { top: Infinity };
      return top >= 0 && top < innerHeight / 2;
    });
    await page.goto(`${studio.site.url}lecture/?anew#reverse?field.t=200&pixel.t=100`);
    await page.locator("figure[data-figure=field]").waitFor();
    expect(await page.evaluate(() => scrollY)).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a link holds the state of its figures, across reloads and pages, and says what it cannot read", async () => {
    const { context, page } = await visitLecture(studio, "schedules", { reducedMotion: "reduce" });
    await page.getByRole("slider", { name: "ᾱ at t / T = 0.5" }).focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowUp");
    await page.getByText("Your schedule is in use, on pages 1 to 3 and 6.").waitFor();
    await page.waitForFunction(() => location.hash.includes("drawn=1,"));
    await page.keyboard.press("Tab");
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.getByRole("link", { name: "Diffusion, live" }).click();
    await page.getByRole("link", { name: "Adding noise" }).click();
    await computed(page, "noise");
    const before = await numbersOf(page, "noise");
    expect(await placeOf(page)).toMatch(/^#forward\?.*schedule=drawn/);
    await page.reload();
    await computed(page, "noise");
    expect(await numbersOf(page, "noise")).toEqual(before);
    await page.goto(`${studio.site.url}lecture/?again#forward?noise.t=9999&noise.size=3`);
    await page.getByText("noise.t is a whole number from 0 to 1000").waitFor();
    await page.getByText("noise.size is not a value of this page").waitFor();
    await page.goto(`${studio.site.url}lecture/?again#nowhere`);
    await page.getByText("which the lecture does not have").waitFor();
    await context.close();
  });

  test("an image that is drawn is noised", async () => {
    const { context, page, problems } = await visitLecture(studio, "forward?noise.t=0");
    await computed(page, "noise");
    const before = await numbersOf(page, "noise");
    await page.getByRole("button", { name: "Draw" }).click();
    const { x, y, width, height } = (await page.locator(".drawing").boundingBox())!;
    await page.mouse.move(x + 0.2 * width, y + 0.5 * height);
    await page.mouse.down();
    await page.mouse.move(x + 0.8 * width, y + 0.5 * height, { steps: 5 });
    await page.mouse.up();
    await page.getByRole("button", { name: "Use the drawing" }).click();
    await page.getByText("Image: a drawing").waitFor();
    await page.waitForFunction(
      (value) => document.querySelector<HTMLDataElement>("data[data-name=pixel]")?.value !== value,
      String(before["pixel"]),
    );
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a figure waits while it is out of view, and goes on where it was", async () => {
    const { context, page } = await visitLecture(studio, "elbo?elbo.evaluations=1000");
    const figure = page.locator("figure[data-figure=elbo]");
    await figure.scrollIntoViewIfNeeded();
    await page.getByText(/^After \d+ terms/).waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForFunction(() => document.querySelector("figure")?.getAttribute("aria-busy") === "false");
    const count = async () => Number(/\d+/.exec(await figure.locator("figcaption").last().innerText())?.[0]);
    let before = Number.NaN;
    const isStill = async () => {
      const last = before;
      before = await count();
      return before === last;
    };
    await expect.poll(isStill, { interval: 700 }).toBe(true); // after values that were on their way
    await figure.scrollIntoViewIfNeeded();
    await page.waitForFunction((text) => !document.body.innerText.includes(`After ${text} terms`), before);
    expect(await count()).toBeGreaterThan(before);
    await context.close();
  });

  test("the print view has every figure computed and no controls of the page", async () => {
    const { context, page } = await visitLecture(studio, "forward");
    await page.locator(".step").nth(1).waitFor();
    await page.evaluate(() => {
      window.print = () => {
        document.body.dataset["printed"] = String(document.querySelectorAll("figure canvas").length);
      };
    });
    await page.getByRole("button", { name: "Print this page" }).click();
    await page.locator("body[data-printed]").waitFor();
    expect(await page.locator("body").getAttribute("data-printed")).toBe("10");
    await page.emulateMedia({ media: "print" });
    for (const part of [".lecture-bar", ".step-buttons", ".image-picker .button-row"]) {
      expect(await page.locator(part).first().isVisible()).toBe(false);
    }
    expect(await page.locator(".code pre").isVisible()).toBe(true);
    await context.close();
  });

  test("a page comes before the copy of the site for the next visit", async () => {
    const { context, page, problems } = await newVisit(studio);
    const isInstalling = () =>
      page.evaluate(async () => (await navigator.serviceWorker.getRegistration()) !== undefined);
    const early: boolean[] = [];
    await page.route("**/assets/forward-*.js", async (route) => {
      await page.waitForTimeout(1500);
      early.push(await isInstalling());
      await route.continue();
    });
    await page.goto(`${studio.site.url}lecture/#forward`);
    await computed(page, "noise");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    expect(early[0]).toBe(false);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("the second visit needs no network", async () => {
    const { context, page, problems } = await visitLecture(studio, "reverse");
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await context.setOffline(true);
    await page.reload();
    await computed(page, "pixel");
    expect(problems).toEqual([]);
    await context.close();
  });
});
