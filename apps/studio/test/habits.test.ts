import type { Locator, Page } from "playwright";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { describeComplaints } from "./complaints.cases.ts";
import { draw, executablePath, openStudio, type Studio, type Visit, visit, visitWithoutEngine } from "./page.ts";

interface Pasted {
  readonly text?: string;
  readonly file?: { readonly name: string; readonly type: string; readonly bytes: readonly number[] };
}

/** Pastes where the focus is, as the browser does: an event, and the text where nothing takes it. */
const paste = (page: Page, pasted: Pasted): Promise<void> =>
  page.evaluate(({ text, file }) => {
    const clipboardData = new DataTransfer();
    if (text !== undefined) clipboardData.setData("text/plain", text);
    if (file) clipboardData.items.add(new File([new Uint8Array(file.bytes)], file.name, { type: file.type }));
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    const isLeft = document.activeElement!.dispatchEvent(event);
    if (isLeft && text !== undefined) document.execCommand("insertText", false, text);
  }, pasted);

const png = () => sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } }).png();

describe.skipIf(executablePath === undefined)("habits of visitors", () => {
  let studio: Studio;
  let visitor: Visit;
  let page: Page;
  beforeAll(async () => {
    studio = await openStudio();
  });
  beforeEach(async () => {
    visitor = await visitWithoutEngine(studio, { guidance: 4 }, { locale: "en-US", hasTouch: true });
    ({ page } = visitor);
    await prompt().waitFor();
  });
  afterEach(async () => {
    await visitor.context.close();
    expect(visitor.problems).toEqual([]);
  });
  afterAll(() => studio.close());

  const prompt = () => page.locator("#prompt");
  const empty = async () => {
    await prompt().focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("Delete");
  };

  test("a long prompt is taken whole, and what the page does not hold is said", async () => {
    const long = "a red fox, ".repeat(500);
    for (const label of ["Prompt", "Negative prompt"]) {
      const field = page.getByRole("textbox", { name: label, exact: true });
      await field.fill("");
      await field.focus();
      await paste(page, { text: long });
      expect(await field.inputValue(), label).toBe(long);
    }
    await page.getByText("The prompt is cut").waitFor({ state: "detached" });
    await empty();
    await paste(page, { text: "🦊".repeat(10_001) });
    await page.getByText("it may have 20,000 characters, and this text has 20,002").waitFor();
    expect(await prompt().inputValue()).toBe("🦊".repeat(10_000));
    await page.reload();
    await prompt().waitFor();
    expect(await prompt().inputValue()).toBe("🦊".repeat(10_000));
  });

  test("the name of a style that is too long is said to be", async () => {
    await page.getByRole("button", { name: "Styles", exact: true }).click();
    await page.getByRole("button", { name: "Edit and import" }).click();
    const name = page.getByRole("textbox", { name: "Name" });
    await name.focus();
    await paste(page, { text: "n".repeat(101) });
    expect((await name.inputValue()).length).toBe(101);
    await page.getByText("101 characters, and at most 100 are kept").waitFor();
  });

  test("the Enter of an input method takes a word and draws nothing", async () => {
    await prompt().fill("狐");
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      await prompt().dispatchEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init });
    }
    expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
    expect(await prompt().inputValue()).toBe("狐");
  });

  test("lines that are pasted stay lines", async () => {
    await empty();
    await paste(page, { text: "a red fox\r\nin the snow\n" });
    expect(await prompt().inputValue()).toBe("a red fox\nin the snow\n");
    expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
  });

  test("a comma and a point both begin a fraction, typed and pasted", async () => {
    const guidance = page.getByRole("textbox", { name: "Guidance", exact: true });
    for (const [i, enter] of [
      () => page.keyboard.type("7,5"),
      () => page.keyboard.type("6.5"),
      () => paste(page, { text: "5,5" }),
    ].entries()) {
      await guidance.focus();
      await page.keyboard.press("ControlOrMeta+a");
      await enter();
      await page.keyboard.press("Tab");
      await expect.poll(() => guidance.inputValue()).toBe(["7.5", "6.5", "5.5"][i]);
    }
  });

  test("a page that is scrolled over a number leaves the number", async () => {
    const guidance = page.getByRole("textbox", { name: "Guidance", exact: true });
    const before = await guidance.inputValue();
    await guidance.focus();
    const { x, y } = (await guidance.boundingBox())!;
    await page.mouse.move(x + 5, y + 5);
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, 100);
    await page.waitForTimeout(300);
    expect(await guidance.inputValue()).toBe(before);
  });

  test("text of a spreadsheet is pasted as text, though a picture of it comes along", async () => {
    const file = { name: "image.png", type: "image/png", bytes: Array.from(await png().toBuffer()) };
    await empty();
    await paste(page, { text: "cells", file });
    expect(await prompt().inputValue()).toBe("cells");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await paste(page, { file });
    await page.getByRole("dialog", { name: "image.png" }).waitFor();
  });

  test("an image that the browser does not open, and an empty one, are named at once", async () => {
    for (const [name, type, bytes, sentence] of [
      [
        "photo.heic",
        "image/heic",
        [0, 0, 0, 24, ...Buffer.from("ftypheic\0\0\0\0mif1heic")],
        "photo.heic is no image that this browser opens",
      ],
      ["empty.png", "image/png", [], "empty.png is empty"],
    ] as const) {
      await prompt().focus();
      await paste(page, { file: { name, type, bytes } });
      await page.getByText(sentence).first().waitFor();
      expect(await page.getByRole("dialog").count()).toBe(0);
    }
  });

  /** Pastes a photo of 40 x 24 pixels that is to be turned, and starts from it. */
  async function startFromPhoto(): Promise<void> {
    const wide = sharp({ create: { width: 40, height: 24, channels: 3, background: "red" } });
    const bytes = Array.from(await wide.jpeg().withMetadata({ orientation: 6 }).toBuffer());
    await prompt().focus();
    await paste(page, { file: { name: "photo.jpg", type: "image/jpeg", bytes } });
    await page.getByRole("button", { name: "Start from it" }).click();
    await page.locator(".source-image canvas").waitFor();
  }

  /** Starts from the photo and opens its mask; the canvas that is painted on. */
  async function openMask(): Promise<Locator> {
    await startFromPhoto();
    await page.getByRole("button", { name: "Paint a mask" }).click();
    const canvas = page.locator(".mask-canvas canvas").last();
    await canvas.waitFor();
    return canvas;
  }

  test("a photo is turned as its EXIF says", async () => {
    await startFromPhoto();
    const started = page.locator(".source-image canvas");
    expect(await started.evaluate(({ width, height }: HTMLCanvasElement) => [width, height])).toEqual([24, 40]);
  });

  test("a finger that paints a mask does not scroll the page", async () => {
    const canvas = await openMask();
    expect(await canvas.evaluate((element) => getComputedStyle(element).touchAction)).toBe("none");
  });

  /** Presses in the part of the mask that is in sight: where the pointer was and where the dot is, as shares of the canvas. */
  async function dot(canvas: Locator): Promise<readonly [pointer: readonly number[], painted: readonly number[]]> {
    const { share, x, y } = await canvas.evaluate((element) => {
      const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
      const view = visualViewport!;
      const [x0, y0] = [Math.max(left, view.offsetLeft), Math.max(top, view.offsetTop)];
      const [x1, y1] = [Math.min(right, view.offsetLeft + view.width), Math.min(bottom, view.offsetTop + view.height)];
      const [clientX, clientY] = [x0 + 0.4 * (x1 - x0), y0 + 0.6 * (y1 - y0)];
      return {
        share: [(clientX - left) / width, (clientY - top) / height],
        x: clientX - view.offsetLeft,
        y: clientY - view.offsetTop,
      };
    });
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.up();
    const painted = await canvas.evaluate((element: HTMLCanvasElement) => {
      const { width, height } = element;
      const { data } = element.getContext("2d")!.getImageData(0, 0, width, height);
      const pixels = Array.from({ length: width * height }, (_, i) => i).filter((i) => data[4 * i]! > 128);
      const mean = (of: (pixel: number) => number) => pixels.reduce((sum, i) => sum + of(i), 0) / pixels.length;
      return [mean((i) => (i % width) + 0.5) / width, mean((i) => Math.floor(i / width) + 0.5) / height];
    });
    return [share, painted];
  }

  test("the brush paints where the pointer is, however the page is zoomed", async () => {
    const session = await page.context().newCDPSession(page);
    const sized = (width: number, height: number, deviceScaleFactor: number) =>
      session.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor, mobile: false });
    const styled = (zoom: string) =>
      page.evaluate((value) => document.documentElement.style.setProperty("zoom", value), zoom);
    const pinched = (pageScaleFactor: number) => session.send("Emulation.setPageScaleFactor", { pageScaleFactor });
    const canvas = await openMask();
    for (const [name, zoom, back] of [
      ["by the browser", () => sized(800, 533, 1.5), () => sized(1200, 800, 1)],
      ["by styles", () => styled("1.25"), () => styled("1")],
      ["by two fingers", () => pinched(1.5), () => pinched(1)],
    ] as const) {
      await zoom();
      const [pointer, painted] = await dot(canvas);
      for (const axis of [0, 1]) expect(Math.abs(painted[axis]! - pointer[axis]!), name).toBeLessThan(0.01);
      await page.keyboard.press("ControlOrMeta+z");
      await back();
    }
  });

  test("a stroke is whole though the page is too busy to show it on the way", async () => {
    const canvas = await openMask();
    await canvas.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      for (const [type, share] of [
        ["pointerdown", 0.2],
        ["pointermove", 0.5],
        ["pointermove", 0.8],
        ["pointerup", 0.8],
      ] as const) {
        const at = { clientX: left + share * width, clientY: top + height / 2 };
        element.dispatchEvent(new PointerEvent(type, { pointerId: 1, bubbles: true, ...at }));
      }
    });
    const end = () =>
      canvas.evaluate((element: HTMLCanvasElement) => {
        const { width, height } = element;
        return element.getContext("2d")!.getImageData(0.8 * width, height / 2, 1, 1).data[0];
      });
    await expect.poll(end).toBe(255);
  });

  test("settings below a prompt that is pasted are used, what of them cannot be is said, and it can be undone", async () => {
    const field = (name: string) => page.getByRole("textbox", { name, exact: true }).inputValue();
    const values = async () => Promise.all(["Prompt", "Negative prompt", "Steps", "Seed"].map(field));
    await prompt().fill("a blue dog");
    const before = await values();
    const lines = [
      "a (fox:1.2), <lora:ink:0.6>",
      "in the snow",
      "Negative prompt: blurry, low quality",
      "Steps: 5, Sampler: Euler a, CFG scale: 6.5, Seed: 77, Size: 64x64, Model: sd15, Clip skip: 2, ADetailer model: face",
    ];
    await prompt().focus();
    await paste(page, { text: lines.join("\r\n") });
    await page.getByText(/What cannot be restored:.*sd15.*ink.*ADetailer model/s).waitFor();
    expect(await values()).toEqual(["a (fox:1.2),\nin the snow", "blurry, low quality", "5", "77"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(values).toEqual(before);
    const negative = page.getByRole("textbox", { name: "Negative prompt", exact: true });
    await negative.focus();
    await paste(page, { text: "Steps: 5, which are steep" });
    expect(await negative.inputValue()).toBe("Steps: 5, which are steep");
  });

  test("an image of the page that is dragged back onto it is opened with its settings", async () => {
    const drawn = await visit(studio, { prompt: "a blue dog" });
    await draw(drawn.page);
    for (const image of [".plate img", ".rail .thumb img"]) {
      await drawn.page.locator(image).first().dragTo(drawn.page.locator(".composer"));
      const dialog = drawn.page.getByRole("dialog", { name: /^a-blue-dog-\d+\.png$/ });
      await dialog.getByRole("button", { name: "Start from it" }).waitFor();
      await dialog.getByRole("button", { name: "Use its settings" }).click();
      await dialog.waitFor({ state: "detached" });
      expect(await drawn.page.locator("#prompt").inputValue()).toBe("a blue dog");
    }
    await drawn.context.close();
    expect(drawn.problems).toEqual([]);
  });

  describeComplaints(() => studio);
});
