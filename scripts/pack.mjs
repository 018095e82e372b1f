/**
 * What a package needs in its folder only while it is packed: `node pack.mjs before` lays it there, `after` takes it away.
 * npm does not follow workspace links for bundleDependencies, so the default model is copied to where it would be installed.
 */
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const library = join(root, "packages/aquatint");

const copies = [
  ...["README.md", "LICENSE", "LICENSES", "NOTICE"].map((file) => [join(root, file), join(library, file)]),
  [join(root, "packages/model-emoji"), join(library, "node_modules/@aquatint/model-emoji")],
];

for (const [from, to] of copies) {
  rmSync(to, { recursive: true, force: true });
  if (process.argv[2] === "before" && existsSync(from)) cpSync(from, to, { recursive: true });
}
