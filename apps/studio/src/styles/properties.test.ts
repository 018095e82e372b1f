import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(css|tsx?)$/.test(path) && !path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));

/** A declaration with an unknown property is dropped whole, without a word of the browser. */
test("every custom property that a style reads is set somewhere", () => {
  const set = new Set(
    sources.flatMap(({ text }) =>
      Array.from(text.matchAll(/(--[\w-]+)["'\]]*\s*[:,]|@property (--[\w-]+)/g), (m) => m[1] ?? m[2]),
    ),
  );
  const unknown = sources.flatMap(({ path, text }) =>
    Array.from(text.matchAll(/var\((--[\w-]+)\)/g), ([, name = ""]) => name)
      .filter((name) => !set.has(name) && !name.startsWith("--trigger-")) // set by the component library
      .map((name) => `${path}: ${name}`),
  );
  expect(unknown).toEqual([]);
});
