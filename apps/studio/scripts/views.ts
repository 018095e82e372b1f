import type { Page } from "playwright";
import { drop, fixture, useModel as openDropped } from "../test/dropped.ts";
import { draw } from "../test/page.ts";

/** A state of the page that is worth a picture. */
export interface PageView {
  readonly name: string;
  show(page: Page): Promise<void>;
  /** Goes back to Make with nothing open. */
  leave(page: Page): Promise<void>;
  /** The picture has the whole page, not what is in view alone. */
  readonly isWhole?: boolean;
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first().click();
/** Closes what lies over the page; a tooltip takes the first Escape. */
export async function closeOver(page: Page): Promise<void> {
  const over = page.locator(".overlay, .popover");
  for (let i = 0; i < 3 && (await over.count()) > 0; i++) {
    await page.keyboard.press("Escape");
    await page.waitForTimeout(200);
  }
}
const stay = async () => {};
const openTab = (name: string) => async (page: Page) => {
  await page.getByRole("tab", { name }).click();
  await page.locator("main section, main .gallery-empty").first().waitFor();
};
/** Shows the settings, which lie over the page where it is narrow. */
async function openPanel(page: Page): Promise<void> {
  await page.evaluate(() => document.body.focus());
  await page.keyboard.press(",");
}
const makeTab = openTab("Make");

/** The page of a first visit. */
export const emptyViews: readonly PageView[] = [{ name: "make-empty", show: stay, leave: stay }];

/** Views of a page with images. */
export const views: readonly PageView[] = [
  { name: "make", show: stay, leave: stay },
  {
    name: "steps",
    async show(page) {
      await press(page, "Steps");
      await page.locator(".frame:not(:has(canvas))").first().waitFor({ state: "detached" });
    },
    leave: (page) => press(page, "Close the steps"),
  },
  {
    name: "settings",
    async show(page) {
      await page.evaluate(() => document.body.focus());
      await page.keyboard.press(",");
    },
    leave: async (page) => {
      await closeOver(page);
      await page.evaluate(() => (document.activeElement as HTMLElement).blur()); // of the panel
    },
  },
  {
    name: "dropped-model",
    async show(page) {
      await drop(page, fixture("xl"));
      await page.getByRole("button", { name: "Use this model" }).waitFor();
    },
    leave: closeOver,
  },
  {
    name: "files",
    async show(page) {
      await openDropped(page, fixture("sd")); // the same file is listed once
      await drop(page, fixture("adapters/lora-kohya.safetensors"));
      await page.getByText("lora-kohya.safetensors added").first().waitFor();
      await openPanel(page);
      await page.getByRole("button", { name: "Files (2)" }).click();
    },
    leave: closeOver,
  },
  {
    name: "hub",
    async show(page) {
      await openPanel(page);
      await press(page, "Fetch from the Hub");
    },
    leave: closeOver,
  },
  { name: "status", show: (page) => page.locator(".status").click(), leave: closeOver },
  { name: "shortcuts", show: (page) => page.keyboard.press("?"), leave: closeOver },
  {
    name: "mask",
    async show(page) {
      await press(page, "Start from this image");
      await press(page, "Paint a mask");
      const { x, y, width, height } = (await page.locator(".mask-editor canvas").last().boundingBox())!;
      await page.mouse.move(x + 0.3 * width, y + 0.4 * height);
      await page.mouse.down();
      await page.mouse.move(x + 0.6 * width, y + 0.6 * height, { steps: 6 });
      await page.mouse.up();
    },
    async leave(page) {
      await closeOver(page);
      await press(page, "Start from noise again");
    },
  },
  { name: "gallery", show: openTab("Gallery"), leave: makeTab },
  {
    name: "gallery-selection",
    async show(page) {
      await openTab("Gallery")(page);
      for (const i of [0, 1]) await page.locator(".card .card-check").nth(i).click();
    },
    leave: makeTab,
  },
  {
    name: "grid",
    async show(page) {
      await openTab("Grid")(page);
      if ((await page.locator(".grid-cell img").count()) > 0) return;
      await page.getByRole("button", { name: /^Draw \d+ images$/ }).click();
      await page.locator(".grid-cell img").nth(8).waitFor();
    },
    leave: makeTab,
  },
  { name: "compare", show: openTab("Compare"), leave: makeTab },
  {
    name: "drawing",
    async show(page) {
      const steps = page.getByRole("textbox", { name: "Steps" });
      if (await steps.isVisible()) {
        await steps.fill("60");
        await page.keyboard.press("Tab");
      }
      await press(page, "Draw");
      await page.getByText(/^Step \d+ of \d+$/).waitFor();
    },
    leave: (page) => press(page, "Cancel"),
  },
];

/** Pages of the lecture by the last part of their addresses; "" is its contents. */
export const lectureViews = (names: readonly string[]): readonly PageView[] =>
  names.map((name) => ({
    name: name === "" ? "lecture" : `lecture-${name}`,
    async show(page) {
      await page.goto(new URL(`lecture/#${name}`, page.url().replace(/lecture\/.*$/, "")).href);
      await page.locator("main h1").first().waitFor();
      if (name !== "") await page.locator("figure.figure").first().waitFor();
      for (const figure of await page.locator("figure.figure").all()) {
        await figure.scrollIntoViewIfNeeded();
        await page.waitForTimeout(2500); // it computes while it is in view
      }
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForTimeout(500);
    },
    leave: stay,
    isWhole: true,
  }));

/** Prompts of the images in the pictures. */
const prompts = [
  "a lighthouse at night",
  "a red fox in snow",
  "a blue fish and a yellow fish",
  "a castle on a hill",
  "a hot air balloon over the sea",
  "an astronaut riding a horse",
];

/** Fills the gallery. */
export async function drawGallery(page: Page): Promise<void> {
  for (const prompt of prompts) {
    await page.getByRole("textbox", { name: "Prompt", exact: true }).fill(prompt);
    await draw(page);
  }
}
