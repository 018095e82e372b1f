import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import ts from "typescript";
import { filesUnder, root } from "../../test/tree.ts";

/** Test files in the two rounds at most: of the file's own area, then more of these and of others. */
const NEAR = 3;
const FAR = { own: 2, others: 2 };

/** Tests that import a source file, directly or through other files; `near` ones are of its own area. */
export interface RelatedTests {
  readonly near: readonly string[];
  readonly far: readonly string[];
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
    const reached = new Set([file]);
    for (const path of reached) for (const importer of importers.get(path) ?? []) reached.add(importer);
    const tests = [...reached].filter((path) => path.endsWith(".test.ts") && !path.endsWith(".browser.test.ts"));
    const own = tests.filter((path) => areaOf(path) === areaOf(file));
    const others = tests.filter((path) => areaOf(path) !== areaOf(file));
    const rest = own.slice(NEAR, NEAR + FAR.own);
    return { near: own.slice(0, NEAR), far: [...rest, ...others.slice(0, FAR.others)] };
  };
}
