/**
 * Packs the packages and installs the archives in an empty folder: first aquatint alone, which must type-check and run the
 * example that makes an image and say how to install what is not there, then the others beside it, whose commands must run.
 * Needs the package registry, so it is not part of `npm test`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

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

try {
  const [library, lab, emoji] = ["aquatint", "@aquatint/lab", "@aquatint/emoji"].map(pack);
  writeFileSync(join(folder, "data.json"), JSON.stringify({ name: "emoji-singles" }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));

  install(library);
  run("npx", ["--no-install", "aquatint", "--version"]);
  const images = makeImage();
  mustNeed("@aquatint/lab", "theory", "--out", "theory.html");
  mustNeed("@aquatint/lab", "schedule", "--plot", "cosine.svg");
  mustNeed("@aquatint/emoji", "data", "data.json");

  install(library, lab, emoji);
  mustWrite("cosine.svg", "<svg", "schedule", "--plot", "cosine.svg");
  mustWrite("sheet.png", "\u{fffd}PNG", "data", "data.json", "--count", "4");
  mustWrite("theory.html", "<!doctype html>", "theory", "--image", images.split(", ")[0], "--out", "theory.html");
  console.log(`The packages work by themselves: ${images}, cosine.svg, sheet.png, theory.html`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
