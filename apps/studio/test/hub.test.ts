import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differenceFrom, fixture, referenceImage, settled } from "./dropped.ts";
import { filesIn, type HubServer, openHub } from "./hub-server.ts";
import { draw, executablePath, openStudio, type Studio, visit } from "./page.ts";

describe.skipIf(executablePath === undefined)("models of the hub", () => {
  let studio: Studio;
  let hub: HubServer;
  beforeAll(async () => {
    const files = await filesIn(fixture("lcm"));
    hub = await openHub({
      repositories: {
        "someone/lcm": files,
        "someone/gated": files,
        "someone/pickles": new Map([["a.ckpt", new Uint8Array(9)]]),
      },
      gated: { "someone/gated": "hf_secret" },
    });
    studio = await openStudio({ hub: hub.url });
  });
  afterAll(async () => {
    await studio.close();
    await hub.close();
  });

  const settings = { prompt: "a red horse", seed: "5", guidance: 8, steps: 3, width: 64, height: 64 } as const;

  test("one is fetched by name, goes on where it broke off, gives diffusers' image, and is kept", async () => {
    const { context, page, problems } = await visit(studio, settings);
    await page.getByRole("button", { name: "Fetch from the Hub" }).click();
    expect(hub.requests).toEqual([]); // nothing before a press
    const dialog = page.getByRole("dialog");
    await dialog.getByText(new URL(hub.url).host).first().waitFor();
    await dialog.getByRole("textbox", { name: "Repository" }).fill("someone/lcm");
    await dialog.getByRole("button", { name: "Look up", exact: true }).click();
    await dialog.getByText(/someone\/lcm: \d+ files, [\d.]+ [kM]B/).waitFor();
    expect(hub.requests.every(({ path }) => path.startsWith("/api/models/someone/lcm"))).toBe(true);
    hub.faults.push("stall");
    await dialog.getByRole("button", { name: /^Fetch / }).click();
    await dialog.getByRole("progressbar").waitFor();
    await expect.poll(() => hub.faults.length).toBe(0);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.getByRole("button", { name: /^Fetch |^Continue / }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Fetch from the Hub" }).click();
    await dialog.getByText("Not finished").waitFor();
    hub.faults.push("truncate", "corrupt");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Use this model" }).click();
    await settled(page);
    expect(hub.requests.some(({ range }) => range !== undefined)).toBe(true);
    expect(hub.requests.every(({ token }) => token === undefined)).toBe(true);
    expect(differenceFrom(await draw(page), await referenceImage("lcm"))).toBeLessThan(0.01);
    await page.getByRole("button", { name: "Files (1)" }).click();
    await page.getByText("copy in this browser").waitFor();
    await page.reload();
    await page.getByRole("button", { name: /^Default model/ }).click();
    await page.getByRole("option", { name: "lcm" }).click();
    await settled(page);
    expect(differenceFrom(await draw(page), await referenceImage("lcm"))).toBeLessThan(0.01);
    expect(problems).toEqual([]);
    await context.close();
  });

  test("the page itself cannot connect to the hub, and neither can the engine", async () => {
    const { context, page } = await visit(studio, settings);
    await page.locator(".status[data-status=ready]").waitFor();
    const connects = (url: string) =>
      fetch(url).then(
        () => true,
        () => false,
      );
    expect(await page.evaluate(connects, hub.url)).toBe(false);
    const engine = page.workers().find((worker) => worker.url().includes("engine.worker"));
    expect(await engine?.evaluate(connects, hub.url)).toBe(false);
    await context.close();
  });

  test("what cannot be fetched is named in a sentence each, and a token opens what is gated", async () => {
    const { context, page } = await visit(studio, settings, { serviceWorkers: "block" });
    await page.getByRole("button", { name: "Fetch from the Hub" }).click();
    const dialog = page.getByRole("dialog");
    const look = async (name: string) => {
      await dialog.getByRole("textbox", { name: "Repository" }).fill(name);
      await dialog.getByRole("button", { name: "Look up", exact: true }).click();
    };
    for (const [name, sentence] of [
      ["someone/nothing", /there is no someone\/nothing \(main\)/i],
      ["nothing", /"nothing" is not the name of a repository/],
      ["someone/pickles", /someone\/pickles holds no safetensors file/i],
      ["someone/gated", /does not give out someone\/gated \(main\) without a right to it/i],
    ] as const) {
      await look(name);
      await dialog.getByText(sentence).waitFor();
    }
    await dialog.getByText(/put a token of your account/).waitFor();
    await dialog.getByLabel("Token, for gated models").fill("secret");
    await look("someone/gated");
    await dialog.getByText(/the token is none of the hub/i).waitFor();
    await dialog.getByLabel("Token, for gated models").fill("hf_secret");
    await look("someone/gated");
    await dialog.getByText(/someone\/gated: \d+ files/).waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain("hf_secret");
    const withQuota = (quota: number) =>
      page.route(/hub\.worker-[^/]*\.js$/, async (route) => {
        const response = await route.fetch();
        const code = `navigator.storage.estimate = async () => ({ usage: 0, quota: ${quota} });\n`;
        await route.fulfill({ response, body: code + (await response.text()) });
      });
    await withQuota(1000);
    await dialog.getByRole("button", { name: /^Fetch / }).click();
    await dialog.getByText(/the browser's store has no room for this model/i).waitFor();
    await page.unroute(/hub\.worker-[^/]*\.js$/);
    await hub.close();
    await look("someone/lcm");
    await dialog.getByText(/did not answer about someone\/lcm/).waitFor();
    await dialog.getByText(/check the connection/i).waitFor();
    await context.close();
  });
});
