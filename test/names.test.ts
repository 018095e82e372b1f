import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { filesUnder, root } from "./tree.ts";

/** Words that name no thing: a reader learns nothing from a variable of such a name. */
const forbidden = new Set(
  [
    "own found wanted given known one whole made held beside apart together here others",
    "told asked begun believed sight steered rehearsal bank",
  ].flatMap((words) => words.split(" ")),
);
/** Folders of the library that keep to it; the others follow. */
const folders = [
  ...["graph", "ops", "autodiff", "compiler", "nn", "runtime", "util", "math", "hub", "data", "train", "tokenizers"],
  ...["formats", "diffusion"],
  ...["conditioning", "memory", "metadata", "network", "preview", "text-to-image", "vae"].map((x) => `pipelines/${x}`),
];

const isFunction = (node: ts.Node): boolean =>
  ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node);
const declares = (node: ts.Node): boolean =>
  isFunction(node) ||
  ts.isVariableDeclaration(node) ||
  ts.isParameter(node) ||
  ts.isBindingElement(node) ||
  ts.isPropertyAssignment(node) ||
  ts.isPropertySignature(node) ||
  ts.isMethodSignature(node) ||
  ts.isPropertyDeclaration(node) ||
  ts.isNamedTupleMember(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isClassDeclaration(node);

/** "file:line name" for each declaration in a file of a forbidden name. */
function forbiddenIn(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const { name } = node as { readonly name?: ts.Node };
    if (name && ts.isIdentifier(name) && declares(node) && forbidden.has(name.text.toLowerCase())) {
      names.push(`${path}:${file.getLineAndCharacterOfPosition(name.getStart()).line + 1} ${name.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

test("declared names are nouns of the field, in tests too", () => {
  const paths = folders
    .flatMap((folder) => filesUnder(`packages/aquatint/src/${folder}`))
    .filter((path) => path.endsWith(".ts"));
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.flatMap((path) => forbiddenIn(path, readFileSync(join(root, path), "utf8")))).toEqual([]);
});

test("a forbidden name is seen wherever it is declared", () => {
  const text = "const [found] = f((own) => ({ whole: own })); interface Told { given: 1; asked(): void }";
  const names = forbiddenIn("x.ts", text).map((line) => line.replace("x.ts:1 ", ""));
  expect(names).toEqual(["found", "own", "whole", "Told", "given", "asked"]);
});
