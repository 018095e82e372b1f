/**
 * Packs aquatint, installs the archive alone in an empty folder, and there type-checks and runs the example that makes
 * a picture. Needs the package registry, so it is not part of `npm test`.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const tool = (path) => join(root, "node_modules", path);
const example = "first-picture.ts";

const folder = mkdtempSync(join(tmpdir(), "aquatint-package-"));
const run = (command, args, cwd = folder) => {
  console.log(`> ${command.split(/[/\\]/).at(-1)} ${args.join(" ")}`);
  execFileSync(command, args, {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
    shell: process.platform === "win32",
  });
};

try {
  run("npm", ["pack", "--silent", "--workspace", "aquatint", "--pack-destination", folder], root);
  const [archive] = readdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  cpSync(join(root, "examples", example), join(folder, example));

  run("npm", ["install", "--no-audit", "--no-fund", `./${archive}`]);
  run("npx", ["--no-install", "aquatint", "--version"]);
  const checked = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--skipLibCheck"];
  run(process.execPath, [
    tool("typescript/bin/tsc"),
    ...checked,
    "--typeRoots",
    tool("@types"),
    "--types",
    "node",
    example,
  ]);
  run(process.execPath, ["--import", pathToFileURL(tool("tsx/dist/esm/index.mjs")).href, example]);

  const pictures = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith(".png") && !file.includes("node_modules"))
    .filter((file) => readFileSync(join(folder, file)).toString("latin1", 1, 4) === "PNG");
  if (pictures.length === 0) throw new Error(`${example} ended well but wrote no PNG`);
  console.log(`The package works by itself: ${pictures.join(", ")}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
