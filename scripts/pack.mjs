/**
 * What a package needs in its folder only while it is packed: `node pack.mjs before`, run in that folder as npm does, lays it
 * there, `after` takes it away. The default model's weights are files of the packed aquatint: yarn looks a bundled package up
 * in the registry all the same, and fails.
 */
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = process.cwd();

/** What the model's own package publishes: its judges and parts stay here. */
const { files: modelFiles } = JSON.parse(readFileSync(join(root, "packages/model-emoji/package.json"), "utf8"));

/** What is copied from the root into each package, by the package's folder. */
const copied = {
  aquatint: [
    ...["README.md", "LICENSE", "LICENSES", "NOTICE"].map((file) => [file, file]),
    ...modelFiles.map((file) => [`packages/model-emoji/${file}`, `model-emoji/${file}`]),
  ],
  lab: [["LICENSE", "LICENSE"]],
  emoji: [["LICENSE", "LICENSE"]],
  server: [["LICENSE", "LICENSE"]],
  studio: [["LICENSE", "LICENSE"]],
};

for (const [from, to] of copied[basename(folder)]) {
  const [source, target] = [join(root, from), join(folder, to)];
  rmSync(target, { recursive: true, force: true });
  if (process.argv[2] === "before" && existsSync(source)) cpSync(source, target, { recursive: true });
}
