/**
 * Packs the packages and installs the archives in an empty folder: first aquatint alone, which must type-check and run the
 * example that makes an image and say how to install what is not there, then the others beside it, whose commands must run;
 * the server must make an image, and the studio must serve its page.
 * Needs the package registry, so it is not part of `npm test`.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMade } from "./try-server.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const tool = (path) => join(root, "node_modules", path);
const example = "first-image.ts";

const folder = mkdtempSync(join(tmpdir(), "aquatint-package-"));
const options = (cwd) => ({
  cwd,
  env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
  shell: process.platform === "win32",
});
const say = (command, args) => console.log(`> ${command.split(/[/\\]/).at(-1)} ${args.join(" ")}`);
const run = (command, args, cwd = folder) => {
  say(command, args);
  execFileSync(command, args, { ...options(cwd), stdio: ["ignore", "inherit", "inherit"] });
};

/** Packs a package; returns its archive, as npm installs it. */
function pack(name) {
  const before = new Set(readdirSync(folder));
  run("npm", ["pack", "--silent", "--workspace", name, "--pack-destination", folder], root);
  return `./${readdirSync(folder).find((file) => !before.has(file))}`;
}

const install = (...archives) => run("npm", ["install", "--no-audit", "--no-fund", ...archives]);

/** A command must fail and say which package it needs. */
function mustNeed(name, ...args) {
  say("aquatint", args);
  const { status, stderr } = spawnSync("npx", ["--no-install", "aquatint", ...args], {
    ...options(folder),
    encoding: "utf8",
  });
  const hint = `hint: npm install ${name}\n`;
  if (status !== 1 || !stderr.endsWith(hint)) throw new Error(`expected "${hint.trim()}", got ${status}: ${stderr}`);
}

function makeImage() {
  cpSync(join(root, "examples", example), join(folder, example));
  const checked = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--skipLibCheck"];
  const types = ["--typeRoots", tool("@types"), "--types", "node"];
  run(process.execPath, [tool("typescript/bin/tsc"), ...checked, ...types, example]);
  run(process.execPath, ["--import", pathToFileURL(tool("tsx/dist/esm/index.mjs")).href, example]);
  const images = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(".png") && !file.includes("node_modules"))
    .filter((file) => readFileSync(join(folder, file)).toString("latin1", 1, 4) === "PNG");
  if (images.length === 0) throw new Error(`${example} ended well but wrote no PNG`);
  return images.join(", ");
}

/** Each file must be written by its command and begin as such a file does. */
function mustWrite(file, start, ...args) {
  run("npx", ["--no-install", "aquatint", ...args]);
  if (!readFileSync(join(folder, file), "utf8").startsWith(start))
    throw new Error(`${file} does not begin with ${start}`);
}

/** Starts a command that serves, calls `use` with the address that it prints, and ends it as Ctrl+C does. */
async function mustServe(args, use, env = {}) {
  say("aquatint", args);
  const bin = join(folder, "node_modules/aquatint/bin/aquatint.mjs");
  const server = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const [url] = /http:\/\/[^\s/]+/.exec(line) ?? [];
      if (!url) continue;
      await use(url);
      break;
    }
  } finally {
    server.kill("SIGINT");
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`aquatint ${args.join(" ")} ended with ${code}`);
}

async function hasPage(url) {
  const text = await (await fetch(`${url}/`)).text();
  const [, script] = /<script[^>]* src="([^"]+)"/.exec(text) ?? [];
  const response = script === undefined ? undefined : await fetch(new URL(script, `${url}/`));
  if (!response?.ok) throw new Error("the studio serves no page with a script");
}

try {
  const names = ["aquatint", "@aquatint/lab", "@aquatint/emoji", "@aquatint/server", "@aquatint/studio"];
  const [library, lab, emoji, server, studio] = names.map(pack);
  writeFileSync(join(folder, "data.json"), JSON.stringify({ name: "emoji-singles" }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));

  install(library);
  run("npx", ["--no-install", "aquatint", "--version"]);
  const images = makeImage();
  mustNeed("@aquatint/lab", "theory", "--out", "theory.html");
  mustNeed("@aquatint/lab", "schedule", "--plot", "cosine.svg");
  mustNeed("@aquatint/emoji", "data", "data.json");
  mustNeed("@aquatint/server", "serve");
  mustNeed("@aquatint/studio", "studio");

  install(library, lab, emoji);
  mustWrite("cosine.svg", "<svg", "schedule", "--plot", "cosine.svg");
  mustWrite("sheet.png", "\u{fffd}PNG", "data", "data.json", "--count", "4");
  mustWrite("theory.html", "<!doctype html>", "theory", "--image", images.split(", ")[0], "--out", "theory.html");

  install(library, server, studio);
  const token = "a-token-of-the-operator";
  await mustServe(["serve", "--port", "0", "--data", "data"], (url) => isMade(url, token), { AQUATINT_TOKEN: token });
  await mustServe(["studio", "--port", "0", "--no-open"], hasPage);
  console.log(`The packages work by themselves: ${images}, cosine.svg, sheet.png, theory.html, server, studio`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
