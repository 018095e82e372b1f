/**
 * What a package needs in its folder only while it is packed: `node pack.mjs before`, run in that folder as npm does, lays it
 * there, `after` takes it away. npm does not follow workspace links for bundleDependencies, so the default model is copied to
 * where it would be installed.
 */
import { cpSync, existsSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = process.cwd();

/** What is copied from the root into each package, by the package's folder. */
const copied = {
  aquatint: [
    ...["README.md", "LICENSE", "LICENSES", "NOTICE"].map((file) => [file, file]),
    ["packages/model-emoji", "node_modules/@aquatint/model-emoji"],
  ],
  lab: [["LICENSE", "LICENSE"]],
  emoji: [["LICENSE", "LICENSE"]],
};

for (const [from, to] of copied[basename(folder)]) {
  const [source, target] = [join(root, from), join(folder, to)];
  rmSync(target, { recursive: true, force: true });
  if (process.argv[2] === "before" && existsSync(source)) cpSync(source, target, { recursive: true });
}
