import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { filesUnder, root } from "./tree.ts";

/** Words that name no thing: a reader learns nothing from a variable of such a name. */
const forbidden = new Set(
  [
    "own found wanted given known one whole made held beside besides apart together here others most near far",
    "told asked begun believed sight steered steering frugal rehearsal bank seen shown named chosen joined kept left",
    "used walked reached guided fresh tried taken meant written picture pictures walk place places steeredmodel",
  ].flatMap((words) => words.split(" ")),
);
/** "path name" of declarations that keep such a name, and why. */
const exceptions: Readonly<Record<string, string>> = {
  "packages/emoji/src/templates.ts beside": "the name of a template, which a dataset's config and captions use",
  "packages/emoji/src/wording/varied.ts one": "the word that a caption has for 1",
  "packages/aquatint/src/train/run/encode.node.test.ts left": "the name of a motion, which a dataset's config uses",
  "packages/emoji/src/motions/moves.ts left": "the name of a motion, which a dataset's config and truths use",
  "packages/lab/src/evaluate/shares.ts seen": "the field's word for combinations in the training data, with unseen",
};

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
  ts.isAccessor(node) ||
  ts.isNamedTupleMember(node) ||
  ts.isTypeParameterDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isClassDeclaration(node) ||
  ts.isNamespaceImport(node) ||
  (ts.isImportSpecifier(node) && node.propertyName !== undefined);

/** Whether a `left` is the side of a box or of a pair: its statement names the right side or the top, too. */
function isSide(name: ts.Identifier): boolean {
  let statement: ts.Node = name;
  while (!ts.isStatement(statement)) statement = statement.parent;
  return name.text === "left" && /\b(right|top)\b/.test(statement.getText());
}

interface Declared {
  readonly path: string;
  readonly line: number;
  readonly name: string;
}

/** A forbidden name and what may follow one where it is declared. */
const candidate = new RegExp(
  String.raw`\b(${[...forbidden].join("|")})\s*([:=(,;)}\]<>?!{/]|$|(of|in|extends|from|implements)\b)`,
  "i",
);
/** Whether a line outside comments might declare a forbidden name: other files are not worth parsing. */
const mayDeclare = (text: string): boolean =>
  text.split("\n").some((line) => candidate.test(line) && !/^\s*(\/\/|\/\*|\*(\s|\/|$))/.test(line));

/** The declarations in a file of a forbidden name. */
function forbiddenIn(path: string, text: string): readonly Declared[] {
  if (!mayDeclare(text)) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const names: Declared[] = [];
  const visit = (node: ts.Node): void => {
    const { name } = node as { readonly name?: ts.Node };
    if (name && ts.isIdentifier(name) && declares(node) && forbidden.has(name.text.toLowerCase()) && !isSide(name)) {
      names.push({ path, line: file.getLineAndCharacterOfPosition(name.getStart()).line + 1, name: name.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

test("declared names are nouns of the field, in tests too", () => {
  const paths = filesUnder().filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
  expect(paths.length).toBeGreaterThan(800);
  const declared = paths.flatMap((path) => forbiddenIn(path, readFileSync(join(root, path), "utf8")));
  const excused = new Set(Object.keys(exceptions));
  const keyOf = ({ path, name }: Declared) => `${path} ${name}`;
  const faults = declared.filter((item) => !excused.has(keyOf(item)));
  expect(faults.map(({ path, line, name }) => `${path}:${line} ${name}`)).toEqual([]);
  for (const item of declared) excused.delete(keyOf(item));
  expect([...excused], "exceptions that nothing needs").toEqual([]);
});

test("a forbidden name is seen wherever it is declared", () => {
  const text =
    "import { a as kept } from 'a'; const [found] = f((own) => ({ whole: own })); interface Told<Made> { given: 1; asked(): void }";
  const names = (code: string) => forbiddenIn("x.ts", code).map(({ name }) => name);
  expect(names(text)).toEqual(["kept", "found", "own", "whole", "Told", "Made", "given", "asked"]);
  const forms =
    "let made;|for (const made of [1]) {}|class Made extends A {}|class Made { }|interface Made { }|import * as made from 'a';|class A {\n  *made() {}\n}|class A { get made() { return 1; } }|class A { made!: 1 }|interface A { made?: 1 }|f((...made) => 1);|type A = [made: 1];|type Made<A> = A;|function f<Made extends A>() {}|const { a: made = 1 } = b;|const made\n  = 1;";
  for (const form of forms.split("|")) expect(names(form).join(), form).toMatch(/^made$/i);
  expect(names("const left = 1; const right = 2; const [left, right] = pair;")).toEqual(["left"]);
});
