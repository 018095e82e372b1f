import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Route } from "playwright";
import { build, type Plugin, preview } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generate } from "../packages/aquatint/src/pipelines/generate.node.ts";
import { tinyLatentModel } from "../packages/aquatint/test/tiny-latent-model.ts";
import { writeFiles } from "../packages/aquatint/test/tiny-pixel-model.ts";
import { findChromium } from "../scripts/browser.ts";
import { root } from "./tree.ts";

const PROMPT = "a red cat";
const SEED = 5;
const executablePath = findChromium();

/** What went into the page's script and its workers': the code of every module by its path. */
const bundled = { page: new Map<string, string>(), workers: new Map<string, string>() };
const collect = (into: Map<string, string>) => (): Plugin => ({
  name: "collect",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      for (const [id, { code }] of Object.entries(chunk.modules)) into.set(id, code ?? "");
    }
  },
});

let folder: string;
const built = () => ({
  root: join(root, "examples/browser"),
  logLevel: "error" as const,
  build: { outDir: join(folder, "dist") },
});
beforeAll(async () => {
  execFileSync(process.execPath, [join(root, "scripts/ensure-build.mjs")]); // the page takes the published files
  folder = await mkdtemp(join(tmpdir(), "browser-example-"));
  await writeFiles(join(folder, "public/model"), tinyLatentModel());
  await build({
    ...built(),
    publicDir: join(folder, "public"),
    plugins: [collect(bundled.page)()],
    worker: { plugins: () => [collect(bundled.workers)()] },
  });
});
afterAll(() => rm(folder, { recursive: true }));

async function inNode() {
  for await (const event of generate({ prompt: PROMPT, seed: SEED, model: join(folder, "public/model") })) {
    if (event.type === "image") return event.image;
  }
  throw new Error("no image came");
}

async function withoutIsolation(route: Route): Promise<void> {
  const response = await route.fetch();
  const headers = Object.entries(response.headers()).filter(([name]) => !name.startsWith("cross-origin-"));
  await route.fulfill({ response, headers: Object.fromEntries(headers) });
}

/** The page's image, RGBA, drawn by a click as a person would; a page that is not isolated comes without the headers. */
async function inPage({ isolated }: { readonly isolated: boolean }) {
  const server = await preview({ ...built(), preview: { port: 0, host: "127.0.0.1" } });
  const browser = await chromium.launch({ executablePath: executablePath! });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    if (!isolated) await page.route(/\/$/, withoutIsolation);
    const problems: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(server.resolvedUrls!.local[0]!);
    await page.fill("[name=prompt]", PROMPT);
    await page.fill("[name=seed]", String(SEED));
    await page.click("button");
    await page.locator("output", { hasText: /\d s$/ }).waitFor();
    expect(problems).toEqual([]);
    return await page.evaluate(async () => {
      const image = document.querySelector("img")!;
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d")!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      return { width, height, data: [...data], isolated: crossOriginIsolated };
    });
  } finally {
    await browser.close();
    await server.close();
  }
}

test.skipIf(executablePath === undefined).each([
  [true, "on all processors where it is cross-origin isolated"],
  [false, "on one where it is not"],
])("the page draws what Node draws; isolated: %s, %s", async (isolated) => {
  const [expected, actual] = [await inNode(), await inPage({ isolated })];
  expect(actual).toMatchObject({ width: expected.width, height: expected.height, isolated });
  const rgb = actual.data.filter((_, i) => i % 4 < 3);
  const differences = rgb.map((value, i) => Math.abs(value - expected.data[i]!) / 255);
  expect(rgb).toHaveLength(expected.data.length);
  expect(Math.max(...differences)).toBeLessThan(0.01);
  expect(new Set(rgb).size, "the image is no plain color").toBeGreaterThan(10);
});

test("the bundle holds nothing of Node", async () => {
  const modules = [...bundled.page, ...bundled.workers];
  expect(modules.length).toBeGreaterThan(50);
  const nodes = /onnxruntime-node|\/sharp\/|\/dist\/(.*\/)?(node(-[^/]*)?\.js|node\/|cli\/)/;
  expect(modules.filter(([id]) => nodes.test(id)).map(([id]) => id)).toEqual([]);
  // onnxruntime-web asks at run time where it is, so its own text names Node
  const appModules = modules.filter(([id]) => !id.includes("/onnxruntime-web/"));
  const code = appModules.map(([id, text]) => [id, text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")] as const);
  const nodeUsers = code.filter(([, text]) => /\bprocess\.|\bBuffer\b|["'`]node:/.test(text));
  expect(nodeUsers.map(([id]) => id)).toEqual([]);
});

test("the workers hold no more than ONNX Runtime and what talks to it", () => {
  const packages = [...bundled.workers.keys()].filter((id) => id.includes("/node_modules/"));
  expect(packages.filter((id) => !id.includes("/onnxruntime-web/"))).toEqual([]);
  expect(packages.length).toBeGreaterThan(0);
});
