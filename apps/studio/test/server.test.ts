import { createRequire } from "node:module";
import { decodePng } from "aquatint";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testServer } from "../../server/test/test-server.ts";
import { serveSite } from "../src/command/serve-site.node.ts";
import { executablePath, shownImage } from "./page.ts";
import {
  images,
  openServedStudio,
  pressDraw,
  type ServedStudio,
  setSteps,
  signIn,
  visitServer,
} from "./server-page.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

describe.skipIf(executablePath === undefined)("the page on a server, in Chromium", () => {
  let studio: ServedStudio;
  beforeAll(async () => {
    studio = await openServedStudio();
  });
  afterAll(() => studio[Symbol.asyncDispose]());

  /** A job of a user that lasts until it is canceled, sent to the API. */
  async function busy(name: "ann" | "bob"): Promise<string> {
    const json = { kind: "text-to-image", prompt: "a zebra", steps: 1000, count: 100, width: 64, height: 64 };
    return (await (await studio.call(name, "/v1/jobs", { json })).json()).id;
  }
  const stateOf = async (name: "ann" | "bob", id: string): Promise<string> =>
    (await (await studio.call(name, `/v1/jobs/${id}`)).json()).state;
  const jobsOf = async (name: "ann" | "bob") => (await (await studio.call(name, "/v1/jobs")).json()).jobs;
  const cancel = (name: "ann" | "bob", id: string) =>
    studio.call(name, `/v1/jobs/${id}/cancel`, { method: "POST", json: {} });

  test("two users sign in with the keyboard, draw, and see nothing of each other", async () => {
    await using ann = await visitServer(studio);
    const { page } = ann;
    await page.getByRole("dialog", { name: /Sign in to/ }).waitFor();
    await page.keyboard.type("aq_wrong");
    await page.keyboard.press("Enter");
    await page.getByText("does not know this token").waitFor();
    await page.getByRole("textbox", { name: "Token" }).focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(studio.tokens.ann);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement?.id === "prompt");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("a red apple");
    await page.keyboard.press("Enter");
    await images(page, 1);
    const image = await shownImage(page);
    const [job] = await jobsOf("ann");
    const file = await studio.call("ann", job.files[0].url);
    expect(Buffer.from(await file.arrayBuffer()).equals(image)).toBe(true);
    const recipe = JSON.parse(decodePng(image).text["aquatint"]!);
    expect(recipe).toMatchObject({ prompt: "a red apple", width: 128, steps: 20 });
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("token")))).toEqual([]);

    await using bob = await visitServer(studio);
    await signIn(bob.page, studio.tokens.bob);
    await bob.page.getByText("Press Draw.").waitFor();
    expect(await bob.page.locator(".rail .thumb img").count()).toBe(0);
    await pressDraw(bob.page);
    await images(bob.page, 1);
    expect(await jobsOf("bob")).toHaveLength(1);
    await page.reload();
    await images(page, 1);
    expect(await shownImage(page)).toEqual(image);
    expect([ann.problems, bob.problems]).toEqual([[], []]);
  });

  test("an image waits behind another user's with its position, and is canceled at once", async () => {
    const other = await busy("bob");
    await using ann = await visitServer(studio);
    const { page } = ann;
    await signIn(page, studio.tokens.ann);
    await pressDraw(page);
    await page.getByText("Next in the queue").waitFor();
    await pressDraw(page);
    const [last] = await jobsOf("ann");
    expect(last.state).toBe("queued");
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(await page.locator(".progress-line").count()).toBe(0);
    await expect
      .poll(async () => (await jobsOf("ann")).map((job: { state: string }) => job.state))
      .not.toContain("queued");
    expect(await stateOf("bob", other)).toBe("running");
    await cancel("bob", other);
    await pressDraw(page);
    await images(page, 2);
    expect(ann.problems).toEqual([]);
  });

  test("a page that is loaded again in the middle finds its images under way", async () => {
    await using ann = await visitServer(studio);
    const { page } = ann;
    await signIn(page, studio.tokens.ann);
    await page
      .getByText(/^(Press Draw|seed)/)
      .first()
      .waitFor();
    const before = (await jobsOf("ann")).filter((job: { state: string }) => job.state === "done").length;
    await setSteps(page, 60);
    await page.getByRole("button", { name: "Increase" }).first().click();
    await pressDraw(page);
    await page.getByText(/^Image 1 of 2, step \d+ of 60$/).waitFor();
    await page.reload();
    // the first image may be there before the page is
    await page.getByText(/^(Image 1 of 2, s|S)tep \d+ of 60$/).waitFor();
    await images(page, before + 2);
    expect(ann.problems).toEqual([]);
  });

  test("a session that ends in the middle asks for the token again, and nothing is lost", async () => {
    await using ann = await visitServer(studio);
    const { page } = ann;
    await signIn(page, studio.tokens.ann);
    await page.locator(".rail .thumb").first().waitFor();
    const count = await page.locator(".rail .thumb img").count();
    const other = await busy("bob");
    await pressDraw(page);
    await page.getByText("Next in the queue").waitFor();
    await studio.renew("ann");
    await pressDraw(page);
    await page.getByText("Your session has ended.").first().waitFor();
    await signIn(page, studio.tokens.ann);
    await cancel("bob", other);
    await images(page, count + 2);
    expect(ann.problems).toEqual([]);
  });

  test("another user who signs in after the end of a session gets nothing of the first", async () => {
    await using visit = await visitServer(studio);
    const { page } = visit;
    await signIn(page, studio.tokens.ann);
    await page.locator(".rail .thumb img").first().waitFor();
    const jobs = await jobsOf("bob");
    const other = await busy("bob");
    await pressDraw(page);
    await page.getByText("Next in the queue").waitFor();
    await studio.renew("ann");
    await page.locator("#prompt").fill("a secret of ann");
    await pressDraw(page);
    await page.getByText("Your session has ended.").first().waitFor();
    await signIn(page, studio.tokens.bob);
    await page.locator(".progress-line").waitFor({ state: "detached" });
    await cancel("bob", other);
    await images(page, jobs.filter(({ files }: { files: unknown[] }) => files.length > 0).length);
    await page.getByRole("tab", { name: "Gallery" }).click();
    await page.getByRole("searchbox").fill("secret");
    await page.getByText("No image fits.").waitFor();
    expect(await jobsOf("bob")).toHaveLength(jobs.length + 1);
    expect(JSON.stringify(await jobsOf("bob"))).not.toContain("a secret of ann");
    expect(visit.problems).toEqual([]);
  });

  test("while the server is gone the page says so and tries again", async () => {
    await using ann = await visitServer(studio);
    const { page } = ann;
    await signIn(page, studio.tokens.ann);
    await page.locator(".rail .thumb").first().waitFor();
    const count = await page.locator(".rail .thumb img").count();
    await page.context().setOffline(true);
    await pressDraw(page);
    await page.getByText(/does not answer. Nothing is lost/).waitFor();
    await page.context().setOffline(false);
    await images(page, count + 1);
    expect(await page.getByText("does not answer").count()).toBe(0);
    expect(ann.problems).toEqual([]);
  });

  test("an image is deleted from the server, with a way back, and who signs out leaves nothing on the page", async () => {
    await using ann = await visitServer(studio);
    const { page } = ann;
    await signIn(page, studio.tokens.ann);
    await page.locator(".plate img").waitFor();
    const [job] = await jobsOf("ann");
    const prompt = await page.locator(".plate img").getAttribute("alt");
    await page.keyboard.press("Delete");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.locator(`.plate img[alt="${prompt}"]`).waitFor();
    await page.getByText("Image deleted").waitFor({ state: "detached" });
    await page.keyboard.press("Delete");
    await page.getByText("Image deleted").waitFor();
    await page.reload(); // the server is told as soon as nobody can undo it
    const status = async () => (await studio.call("ann", `/v1/jobs/${job.id}`)).status;
    await expect.poll(status).toBe(404);
    await page.locator(".status").click();
    await page.getByText("as ann").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page
      .getByText(/^Sign in to draw on/)
      .first()
      .waitFor();
    expect(await page.locator(".rail .thumb img").count()).toBe(0);
    const storage = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(storage).not.toContain("aq_");
    await page.reload();
    await page.getByRole("dialog", { name: /Sign in to/ }).waitFor();
    expect(ann.problems).toEqual([]);
  });

  test("a token that is kept signs in the next visit, and signing out in one tab signs out the other", async () => {
    await using ann = await visitServer(studio);
    const { page } = ann;
    await page.getByText("Keep me signed in").click();
    await signIn(page, studio.tokens.ann);
    const second = await page.context().newPage();
    await second.goto(studio.server.server.url);
    await second.locator(".status[data-status=ready]").waitFor();
    expect(await second.getByRole("dialog").count()).toBe(0);
    await page.locator(".status").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await second.getByText("You signed out in another tab").first().waitFor();
    expect(ann.problems).toEqual([]);
  });

  test("the page draws in the tab, too, and comes back to the server", async () => {
    await using ann = await visitServer(studio);
    const { page } = ann;
    await signIn(page, studio.tokens.ann);
    await page.locator(".plate img").waitFor();
    await page.locator(".status").click();
    await page.getByRole("button", { name: "Draw in this tab" }).click();
    await page.getByText("The model runs in this tab").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".status[data-status=ready]").waitFor();
    await setSteps(page, 2);
    const before = (await jobsOf("ann")).length;
    await pressDraw(page);
    await images(page, 1);
    expect(await jobsOf("ann")).toHaveLength(before);
    await page.reload();
    await images(page, 1);
    await page.locator(".status").click();
    await page.getByRole("button", { name: /^Draw on/ }).click();
    await page.locator(".rail .thumb").nth(1).waitFor();
    expect(ann.problems).toEqual([]);
  });

  test("a server without users asks for no token", async () => {
    await using server = await testServer({ studio: studio.folder });
    await using visit = await visitServer({ browser: studio.browser, server });
    await visit.page.locator(".status[data-status=ready]").waitFor();
    await setSteps(visit.page, 2);
    await pressDraw(visit.page);
    await images(visit.page, 1);
    await visit.page.locator(".status").click();
    await visit.page.getByText("not needed here").waitFor();
    expect(await visit.page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
    expect(visit.problems).toEqual([]);
  });

  test("a page of another host draws on the server that it was started for, where that allows it", async () => {
    await using refusing = await testServer({ token: "secret" });
    const site = await serveSite({ folder: studio.folder, port: 0, server: refusing.server.url });
    const address = site.url.replace(/\/$/, "");
    await using allowing = await testServer({ token: "secret", allowedOrigins: [address] });
    const other = await serveSite({
      folder: studio.folder,
      port: Number(new URL(address).port) + 1,
      server: allowing.server.url,
    }).catch(() => undefined);
    await using refused = await visitServer({ browser: studio.browser, server: refusing }, { address });
    await refused.page.getByText(`--allow-origin ${address}`).first().waitFor();
    await site.close();
    await other?.close();
    const again = await serveSite({
      folder: studio.folder,
      port: Number(new URL(address).port),
      server: allowing.server.url,
    });
    await using visit = await visitServer({ browser: studio.browser, server: allowing }, { address });
    await signIn(visit.page, "secret");
    await setSteps(visit.page, 2);
    await pressDraw(visit.page);
    await images(visit.page, 1);
    expect(visit.problems).toEqual([]);
    await again.close();
  });

  async function seriousFaults(page: Page): Promise<readonly string[]> {
    await page.addScriptTag({ path: axe }).catch(() => {}); // once a page
    return page.evaluate(async () => {
      const { axe: checker } = window as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await checker.run();
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
    });
  }

  test.each(["light", "dark"] as const)("axe finds nothing serious on a server: %s", async (colorScheme) => {
    const still = {
      colorScheme,
      bypassCSP: true,
      reducedMotion: "reduce",
      viewport: { width: 390, height: 800 },
    } as const;
    await using ann = await visitServer(studio, still);
    const { page } = ann;
    await page.getByRole("textbox", { name: "Token" }).waitFor();
    const faults: Record<string, readonly string[]> = { signIn: await seriousFaults(page) };
    await page.getByRole("button", { name: "Not now" }).click();
    faults["signedOut"] = await seriousFaults(page);
    await page.getByRole("button", { name: "Sign in" }).click();
    await signIn(page, studio.tokens.ann);
    await page.locator(".plate img").waitFor();
    await page.locator(".status").click();
    await page.getByRole("button", { name: "What the server cannot do" }).click();
    faults["status"] = await seriousFaults(page);
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "Gallery" }).click();
    await page.getByRole("row").first().waitFor();
    faults["gallery"] = await seriousFaults(page);
    expect(faults).toEqual({ signIn: [], signedOut: [], status: [], gallery: [] });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
});
