import { decodePng } from "aquatint";
import type { BrowserContext, Page } from "playwright";
import sharp from "sharp";
import { expect, test } from "vitest";
import { draw, drawAny, type Studio, shownImage, stopAt, visit, visitStoppable } from "./page.ts";

const still = { reducedMotion: "reduce" } as const;
const recipeOf = (png: Uint8Array) => JSON.parse(decodePng(png).text["aquatint"]!);
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const thumbs = (page: Page) => page.locator(".rail .thumb");
const cancel = (page: Page) => press(page, "Cancel");

/** Waits until an image of so many steps is being made. */
const underWay = (page: Page, steps: number) =>
  page
    .getByText(new RegExp(`[Ss]tep \\d+ of ${steps}$`))
    .first()
    .waitFor();

/** Says which locks on the screen the page holds, in place of the browser, which may have no screen. */
const fakeScreen = (context: BrowserContext) =>
  context.addInitScript(() => {
    const screenLocks = new Set<object>();
    Object.assign(globalThis, { screenLocks });
    Object.defineProperty(navigator, "wakeLock", {
      value: {
        async request() {
          const lock = { release: async () => void screenLocks.delete(lock) };
          screenLocks.add(lock);
          return lock;
        },
      },
    });
  });
const locks = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as { screenLocks: Set<object> }).screenLocks.size);

/** Lets the page believe that another tab is looked at, or this one again. */
const look = (page: Page, state: "hidden" | "visible") =>
  page.evaluate((visibilityState) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => visibilityState });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);

/** Opens an image to start from. */
async function startFromFile(page: Page): Promise<void> {
  const buffer = await sharp({ create: { width: 128, height: 128, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  await page
    .locator("input[type=file][accept*='image/png']")
    .first()
    .setInputFiles({
      ...{ name: "red.png", mimeType: "image/png", buffer },
    });
  await page.getByRole("button", { name: "Start from it" }).click();
  await page.locator(".source-image canvas").waitFor();
}

/** Tests of what users of other programs that make images complain of. */
export function describeComplaints(studio: () => Studio): void {
  test("a double click on Draw and an Enter that is held make one image, and another press makes another", async () => {
    const { context, page, problems } = await visitStoppable(studio(), { steps: 60 }, still);
    await stopAt(page, "step");
    await page.getByRole("button", { name: "Draw", exact: true }).dblclick();
    await page.getByText(/^Step \d+ of 60$/).waitFor();
    await press(page, "Draw");
    await page.getByText(/^Image 1 of 2, step \d+ of 60$/).waitFor();
    await cancel(page);
    await page.locator("#prompt").focus();
    for (let i = 0; i < 3; i++) await page.keyboard.down("Enter");
    await page.keyboard.up("Enter");
    await page.getByText(/^Step \d+ of 60$/).waitFor();
    await cancel(page);
    const negative = page.getByRole("textbox", { name: "Negative prompt", exact: true });
    await negative.fill("snow");
    await negative.press("Enter");
    await page.getByText(/^Step \d+ of 60$/).waitFor();
    expect(await negative.inputValue()).toBe("snow");
    await cancel(page);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a page that is left in the middle asks, holds the screen, and offers the image when it comes back", async () => {
    const { context, page, problems } = await visitStoppable(studio(), { steps: 12, seed: "31" }, still);
    await fakeScreen(context);
    await page.reload();
    await page.locator(".status[data-status=ready]").waitFor();
    expect(await locks(page)).toBe(0);
    await stopAt(page, "step");
    await press(page, "Draw");
    await underWay(page, 12);
    expect(await locks(page)).toBe(1);
    const asking = page.waitForEvent("dialog");
    const closing = page.close({ runBeforeUnload: true });
    const dialog = await asking;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await closing;
    await page.locator("#prompt").fill("another prompt");
    page.once("dialog", (again) => again.accept());
    await page.reload();
    await page.getByText("The page was closed in the middle of 1 image").waitFor();
    const before = await thumbs(page).locator("img").count();
    await press(page, "Draw again");
    await thumbs(page).locator("img").nth(before).waitFor({ state: "attached" });
    await page.locator(".actions").waitFor();
    expect(recipeOf(await shownImage(page))).toMatchObject({
      prompt: "an astronaut riding a horse",
      seed: 31,
      steps: 12,
    });
    await expect.poll(() => locks(page)).toBe(0);
    await page.reload();
    await thumbs(page).first().waitFor();
    expect(await page.getByText("The page was closed").count()).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("the image to start from and its mask are there after a reload, and strokes are taken back by keys", async () => {
    const { context, page, problems } = await visit(studio(), {}, still);
    await startFromFile(page);
    await press(page, "Paint a mask");
    const canvas = page.locator(".mask-canvas canvas").last();
    const white = () =>
      canvas.evaluate((element: HTMLCanvasElement) => {
        const { data } = element.getContext("2d")!.getImageData(0, 0, element.width, element.height);
        return data.filter((value, i) => i % 4 === 0 && value > 128).length;
      });
    const { x, y, width } = (await canvas.boundingBox())!;
    const stroke = async (share: number) => {
      await page.mouse.move(x + share * width, y + share * width);
      await page.mouse.down();
      await page.mouse.move(x + (share + 0.1) * width, y + share * width, { steps: 3 });
      await page.mouse.up();
    };
    const none = await white();
    await stroke(0.2);
    const first = await white();
    await stroke(0.6);
    const two = await white();
    expect(new Set([none, first, two]).size).toBe(3);
    await page.keyboard.press("Control+z");
    await expect.poll(white).toBe(first);
    await stroke(0.6);
    await press(page, "Clear the mask");
    await expect.poll(white).toBe(none);
    await page.evaluate(() =>
      dispatchEvent(new KeyboardEvent("keydown", { key: "я", code: "KeyZ", ctrlKey: true, cancelable: true })),
    );
    await expect.poll(white).toBe(two);
    await press(page, "Use the mask");
    await page.getByText("The painted part is made anew.").waitFor();
    await page.reload();
    await page.getByText("The painted part is made anew.").waitFor();
    expect(recipeOf(await draw(page))).toMatchObject({ needs: ["init", "mask"] });
    await press(page, "Start from noise again");
    await page.reload();
    await thumbs(page).first().waitFor();
    expect(await page.locator(".source").count()).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("the neighbor of a deleted image is shown, and other images can be looked at while one is made", async () => {
    const { context, page, problems } = await visitStoppable(studio(), { steps: 1, count: 3 }, still);
    await drawAny(page);
    await thumbs(page).nth(2).waitFor();
    await page.locator(".actions").waitFor();
    const isShown = (at: number) => expect.poll(() => thumbs(page).nth(at).getAttribute("aria-selected")).toBe("true");
    await thumbs(page).nth(1).click();
    const middle = await shownImage(page);
    await page.locator("body").dispatchEvent("keydown", { key: "Delete", repeat: true, bubbles: true });
    expect(await thumbs(page).count()).toBe(3);
    await press(page, "Delete");
    await expect.poll(() => thumbs(page).count()).toBe(2);
    await isShown(1);
    await press(page, "Undo");
    await isShown(1);
    expect(await shownImage(page)).toEqual(middle);
    await page.locator("body").dispatchEvent("keydown", { key: "а", code: "KeyF", bubbles: true });
    await page.getByRole("button", { name: "Favorite", pressed: true }).waitFor();
    await page.getByRole("textbox", { name: "Steps", exact: true }).fill("12");
    await page.getByRole("textbox", { name: "Images", exact: true }).fill("1");
    await stopAt(page, "step");
    await press(page, "Draw");
    await underWay(page, 12);
    await page.locator(".plate canvas").waitFor();
    await thumbs(page).first().click();
    await page.locator(".plate img").waitFor();
    await press(page, "Show it");
    await page.locator(".plate canvas").waitFor();
    await thumbs(page).nth(1).click();
    await stopAt(page, "nowhere");
    await thumbs(page).nth(3).waitFor();
    await page.locator(".actions").waitFor();
    expect(await shownImage(page)).toEqual(middle);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("the title of the tab says how far the image is, and typing goes on while it ends", async () => {
    const { context, page, problems } = await visitStoppable(studio(), { steps: 12 }, still);
    await stopAt(page, "step");
    await press(page, "Draw");
    await look(page, "hidden");
    await expect.poll(() => page.title()).toMatch(/^\d+ % · Aquatint$/);
    await page.locator("#prompt").fill("");
    await page.locator("#prompt").focus();
    await stopAt(page, "nowhere");
    let typed = "";
    while ((await thumbs(page).locator("img").count()) === 0) {
      await page.keyboard.type("a");
      typed += "a";
    }
    await page.locator(".actions").waitFor();
    await page.keyboard.type("z");
    expect(await page.locator("#prompt").inputValue()).toBe(`${typed}z`);
    await expect.poll(() => page.title()).toBe("Done · Aquatint");
    await look(page, "visible");
    expect(await page.title()).toBe("Aquatint");
    expect(problems).toEqual([]);
    await context.close();
  });

  test("a seed can be emptied, asked for anew by -1, and typed", async () => {
    const { context, page, problems } = await visit(studio(), { seed: "42" }, still);
    const seed = page.getByRole("textbox", { name: "Seed", exact: true });
    await seed.fill("");
    expect(await seed.inputValue()).toBe("");
    await page.getByRole("button", { name: "Each image gets a new seed" }).waitFor();
    await seed.pressSequentially("-1");
    expect(await seed.inputValue()).toBe("-1");
    await seed.press("Tab");
    expect(await seed.inputValue()).toBe("42");
    await seed.fill("7");
    await page.getByRole("button", { name: "The seed stays" }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
}
