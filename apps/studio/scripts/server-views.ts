import type { Page } from "playwright";
import { images, type ServedStudio, signIn } from "../test/server-page.ts";
import { closeOver, type PageView } from "./views.ts";

const stay = async () => {};

/** Views of a server that asks for a token. */
export const signInViews: readonly PageView[] = [{ name: "server-sign-in", show: stay, leave: stay }];

/** Views of a page that is signed in on a server, of which another user has the queue. */
export const serverViews: readonly PageView[] = [
  { name: "server-make", show: stay, leave: stay },
  {
    name: "server-account",
    show: (page) => page.locator(".status").first().click(),
    leave: closeOver,
  },
  {
    name: "server-gallery",
    show: async (page) => {
      await page.getByRole("tab", { name: "Gallery" }).click();
      await page.locator(".card img").first().waitFor();
    },
    leave: (page) => page.getByRole("tab", { name: "Make" }).click(),
  },
  {
    name: "server-queue",
    async show(page) {
      await page.getByRole("button", { name: "Draw", exact: true }).click();
      await page.getByText("Next in the queue").waitFor();
    },
    leave: (page) => page.getByRole("button", { name: "Cancel" }).click(),
  },
];

/** Signs in and draws some images. */
export async function drawOnServer(page: Page, { tokens }: ServedStudio): Promise<void> {
  await signIn(page, tokens.ann);
  await page.waitForTimeout(1500); // the images of the other color scheme
  const before = await page.locator(".rail .thumb img").count();
  const prompts = ["a lighthouse at night", "a red fox in snow", "a castle on a hill", "an astronaut riding a horse"];
  for (const [i, prompt] of prompts.entries()) {
    await page.getByRole("textbox", { name: "Prompt", exact: true }).fill(prompt);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await images(page, before + i + 1);
  }
}

/** Gives the queue to another user until the function that comes back is called. */
export async function busyServer({ call }: ServedStudio): Promise<() => Promise<unknown>> {
  const json = { kind: "text-to-image", prompt: "a zebra", steps: 1000, width: 64, height: 64 };
  const { id } = await (await call("bob", "/v1/jobs", { json })).json();
  return () => call("bob", `/v1/jobs/${id}/cancel`, { method: "POST", json: {} });
}
