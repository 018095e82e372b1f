import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../../../test/tree.ts";

const page = readFileSync(join(root, "docs/security.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => /^\| [^-]/.test(line))
  .slice(1)
  .map((line) => line.split(" | ").at(-1) ?? "");

test("every test that docs/security.md names exists", () => {
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const files = ["app/security.test.ts", ...Array.from(row.matchAll(/`(\S+\.test\.ts)`/g), ([, file = ""]) => file)];
    const paths = files.map((file) => join(root, file.startsWith("packages/") ? file : `apps/server/src/${file}`));
    const text = paths.map((path) => readFileSync(path, "utf8")).join("\n");
    for (const [, title = ""] of row.matchAll(/"([^"]+)"/g)) expect(text).toContain(`"${title}"`);
  }
});
