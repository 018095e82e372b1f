import { execFileSync, spawn } from "node:child_process";
import { cp, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksOf } from "./snippets.ts";
import { filesUnder, root } from "./tree.ts";

const pages = ["README.md", "examples/browser/README.md"];
const commands = pages.flatMap((page) =>
  blocksOf(page)
    .filter(({ language }) => language === "")
    .flatMap(({ text, line }) => text.split("\n").map((command, i) => ({ command, name: `${page}:${line + i}` })))
    .filter(({ command }) => command !== ""),
);

/** Lines that are not run here, with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  "npm ci && npm test": "the tests themselves; .ci/run runs it",
  "npm ci && npm run build": "done before the tests",
  'npx aquatint generate "messi as a real madrid player" --model v1-5-pruned-emaonly.safetensors --lora style.safetensors:0.8':
    "needs a checkpoint of 4 GB; pipelines/generate.node.test.ts opens small ones",
  "npx aquatint compare recipes/compare/digits/compare.json --out compare-digits":
    "trains for an hour; packages/lab runs a short comparison",
};
/** What is run in place of a part of a line, with the reason. */
const shortForms = [
  { part: /^npm ci && /, form: "", reason: "needs a network; .ci/run runs it" },
  { part: /^npx aquatint train .*$/, form: "$& --dry-run", reason: "trains for hours" },
  { part: /^npx aquatint elbo .*$/, form: "$& --steps 50", reason: "takes 1000 evaluations" },
  { part: /^npx vite build .*$/, form: "$& --outDir $PWD/site", reason: "the folder of the page is the repository's" },
];
const runnable = commands
  .filter(({ command }) => !(command in exceptions))
  .map(({ command, name }) => ({
    name,
    original: command,
    command: shortForms.reduce((line, { part, form }) => line.replace(part, form), command),
  }));
const isServer = (command: string) => /^npx vite (?!build)/.test(command);

/** A folder that looks like the repository; what is made by commands lands in it. */
let folder: string;
const linked = ["packages", "recipes", "examples", "scripts", "docs", "node_modules"];
beforeAll(async () => {
  execFileSync(process.execPath, [join(root, "scripts/ensure-build.mjs")]);
  folder = await mkdtemp(join(tmpdir(), "commands-"));
  for (const name of linked) await symlink(join(root, name), join(folder, name), "junction");
  await cp(join(root, "package.json"), join(folder, "package.json"));
});
afterAll(() => rm(folder, { recursive: true }));

const start = (command: string) => {
  const child = spawn("sh", ["-c", command], {
    cwd: folder,
    detached: true,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", npm_config_offline: "true" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output: () => output, stop: () => process.kill(-child.pid!) };
};

/** The address that a server prints. */
async function addressOf(server: ReturnType<typeof start>): Promise<string> {
  for (let i = 0; i < 600; i++) {
    const address = /http:\/\/localhost:\d+\//.exec(server.output())?.[0];
    if (address) return address;
    await setTimeout(100);
  }
  throw new Error(`the server printed no address:\n${server.output()}`);
}

/** The files that a command is asked to write. */
const outputsOf = (command: string) =>
  [...command.matchAll(/ --(?:out|strip|save-trajectory) (\S+)/g)].map(([, file]) => join(folder, file!));

const before = linked.slice(0, -1).flatMap((name) => filesUnder(name));

test("every exception and every short form is needed", () => {
  const lines = commands.map(({ command }) => command);
  expect(Object.keys(exceptions).filter((line) => !lines.includes(line))).toEqual([]);
  expect(shortForms.filter(({ part }) => !lines.some((line) => part.test(line)))).toEqual([]);
  expect(runnable.length).toBeGreaterThan(10);
});

test.each(runnable.filter(({ command }) => !isServer(command)))("$name: $written", async ({ command }) => {
  const run = start(command);
  expect(await run.code, run.output()).toBe(0);
  for (const file of outputsOf(command)) expect((await stat(file)).size).toBeGreaterThan(100);
});

test.each(runnable.filter(({ command }) => isServer(command)))("$name: $written", async ({ command }) => {
  const server = start(command);
  try {
    const address = await addressOf(server);
    expect(await (await fetch(address)).text()).toContain("main.ts");
    const model = await fetch(`${address}model/model_index.json`);
    expect(await model.json()).toHaveProperty("_class_name");
  } finally {
    server.stop();
    await server.code;
  }
});

test("a built page brings the model", async () => {
  expect((await stat(join(folder, "site/model/model_index.json"))).size).toBeGreaterThan(100);
});

test("commands leave nothing in the repository", () => {
  expect(linked.slice(0, -1).flatMap((name) => filesUnder(name))).toEqual(before);
});
