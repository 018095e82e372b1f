import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import ts from "typescript";
import { filesUnder, root } from "../../test/tree.ts";

/** Test files in the two rounds at most: of the file's own area, then more of these and of others. */
const AREA_TESTS = 3;
const SECOND_ROUND = { area: 2, elsewhere: 2 };

/** Tests that import a source file, directly or through other files; `first` ones are of its own area. */
export interface RelatedTests {
  readonly first: readonly string[];
  readonly second: readonly string[];
}

const text = (path: string): string => readFileSync(join(root, path), "utf8");

/** The relative imports of a file of the project that are in `files`. */
const importsOf = (path: string, files: ReadonlySet<string>): string[] =>
  ts
    .preProcessFile(text(path), true, true)
    .importedFiles.map(({ fileName }) => join(dirname(path), fileName))
    .filter((target) => files.has(target));

/** "packages/aquatint/src/diffusion" for every file below it. */
const areaOf = (path: string): string => path.split("/").slice(0, 4).join("/");

/** Finds the tests of a source file among the files of `folder`: the nearest first. */
export function createRelatedTests(folder: string): (file: string) => RelatedTests {
  const all = filesUnder(folder).filter((path) => path.endsWith(".ts"));
  const files = new Set(all);
  const importers = new Map<string, string[]>();
  for (const path of all) {
    for (const target of importsOf(path, files)) importers.set(target, [...(importers.get(target) ?? []), path]);
  }
  return (file) => {
    const queue = new Set([file]);
    for (const path of queue) for (const importer of importers.get(path) ?? []) queue.add(importer);
    const tests = [...queue].filter((path) => path.endsWith(".test.ts") && !path.endsWith(".browser.test.ts"));
    const areaTests = tests.filter((path) => areaOf(path) === areaOf(file));
    const elsewhere = tests.filter((path) => areaOf(path) !== areaOf(file));
    const rest = areaTests.slice(AREA_TESTS, AREA_TESTS + SECOND_ROUND.area);
    return { first: areaTests.slice(0, AREA_TESTS), second: [...rest, ...elsewhere.slice(0, SECOND_ROUND.elsewhere)] };
  };
}
