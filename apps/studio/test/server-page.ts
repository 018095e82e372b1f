import { rm } from "node:fs/promises";
import { join } from "node:path";
import { defaultModelFolder } from "aquatint/node";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";
import { expect } from "vitest";
import type { ServerConfig } from "../../server/src/app/config.ts";
import { newToken, tokenHash, writeUsers } from "../../server/src/auth/accounts.ts";
import { type TestServer, testServer } from "../../server/test/test-server.ts";
import { buildPage, executablePath, PATIENCE } from "./page.ts";

/** Users of the server of a test. */
export type UserName = "ann" | "bob";

/** A server with two users that serves the page, and a browser. */
export interface ServedStudio extends AsyncDisposable {
  readonly server: TestServer;
  readonly browser: Browser;
  /** Folder of the built page. */
  readonly folder: string;
  readonly tokens: Record<UserName, string>;
  /** Gives a user another token; resolved once the server refuses the former. */
  renew(name: UserName): Promise<void>;
  /** Calls the API as a user. */
  call(name: UserName, path: string, init?: Parameters<TestServer["call"]>[1]): Promise<Response>;
}

/** Builds the page and starts a server that serves it, with the default model or what `prepare` puts into its folder. */
export async function openServedStudio(
  prepare: (folder: string) => Promise<Partial<ServerConfig>> = async (data) => ({
    models: [await defaultModelFolder(), join(data, "tiny")],
  }),
): Promise<ServedStudio> {
  const folder = await buildPage();
  const tokens = { ann: newToken(), bob: newToken() };
  let usersFile = "";
  const write = () =>
    writeUsers(
      usersFile,
      (["ann", "bob"] as const).map((name) => ({ name, role: "user", tokens: [tokenHash(tokens[name])] })),
    );
  const server = await testServer({}, async (data) => {
    usersFile = join(data, "users.json");
    await write();
    const engine = { keepAlive: 60, cache: false, threads: 1 };
    return { usersFile, studio: folder, engine, ...(await prepare(data)) };
  });
  const browser = await chromium.launch({ executablePath: executablePath! });
  return {
    ...{ server, browser, folder, tokens },
    async renew(name) {
      const headers = { authorization: `Bearer ${tokens[name]}` };
      tokens[name] = newToken();
      await write();
      await expect.poll(async () => (await server.call("/v1/jobs", { headers })).status).toBe(401);
    },
    call: (name, path, init = {}) =>
      server.call(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${tokens[name]}` } }),
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** A page of a visitor, and what went wrong in it besides answers that refuse. */
export interface ServedVisit extends AsyncDisposable {
  readonly page: Page;
  readonly problems: string[];
}

/** Opens the server's address. */
export async function visitServer(
  { browser, server }: Pick<ServedStudio, "browser" | "server">,
  { address = server.server.url, ...options }: BrowserContextOptions & { readonly address?: string } = {},
): Promise<ServedVisit> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/^Failed to load resource/.test(message.text())) problems.push(message.text());
  });
  await page.goto(address);
  return { page, problems, [Symbol.asyncDispose]: () => context.close() };
}

/** Signs in in the window that is open. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByRole("textbox", { name: "Token" }).fill(token);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Presses Draw. */
export const pressDraw = (page: Page): Promise<void> => page.getByRole("button", { name: "Draw", exact: true }).click();

/** Waits until a number of images is in the row of the latest. */
export async function images(page: Page, count: number): Promise<void> {
  await page
    .locator(".rail .thumb img")
    .nth(count - 1)
    .waitFor();
  await page.locator(".progress-line").waitFor({ state: "detached" });
}

/** Sets the steps of the next image. */
export async function setSteps(page: Page, steps: number): Promise<void> {
  await page.getByRole("textbox", { name: "Steps", exact: true }).fill(String(steps));
  await page.keyboard.press("Tab");
}
