import ts from "typescript";

/** One small change of a source file. */
export interface Mutant {
  readonly file: string;
  /** 1 for the first line. */
  readonly line: number;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
  /** The whole file with the change. */
  readonly source: string;
}

interface Edit {
  readonly operator: string;
  readonly node: ts.Node;
  readonly after: string;
}

const { SyntaxKind } = ts;
const swapped: { readonly [K in ts.SyntaxKind]?: readonly [operator: string, text: string] } = {
  [SyntaxKind.LessThanToken]: ["comparison", "<="],
  [SyntaxKind.LessThanEqualsToken]: ["comparison", "<"],
  [SyntaxKind.GreaterThanToken]: ["comparison", ">="],
  [SyntaxKind.GreaterThanEqualsToken]: ["comparison", ">"],
  [SyntaxKind.EqualsEqualsEqualsToken]: ["comparison", "!=="],
  [SyntaxKind.ExclamationEqualsEqualsToken]: ["comparison", "==="],
  [SyntaxKind.PlusToken]: ["arithmetic", "-"],
  [SyntaxKind.MinusToken]: ["arithmetic", "+"],
  [SyntaxKind.AsteriskToken]: ["arithmetic", "/"],
  [SyntaxKind.SlashToken]: ["arithmetic", "*"],
  [SyntaxKind.PlusEqualsToken]: ["arithmetic", "-="],
  [SyntaxKind.MinusEqualsToken]: ["arithmetic", "+="],
  [SyntaxKind.AmpersandAmpersandToken]: ["logic", "||"],
  [SyntaxKind.BarBarToken]: ["logic", "&&"],
};

/** Every mutant of a TypeScript file, in the order of its text. What only words an error is left alone. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  visit(source, edits);
  return edits.map(({ operator, node, after }) => {
    const [start, end] = [node.getStart(), node.getEnd()];
    return {
      file,
      line: source.getLineAndCharacterOfPosition(start).line + 1,
      operator,
      before: text.slice(start, end),
      after,
      source: text.slice(0, start) + after + text.slice(end),
    };
  });
}

function visit(node: ts.Node, edits: Edit[]): void {
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isThrowStatement(node) || makesError(node)) return;
  const edit = editOf(node);
  if (edit) edits.push(edit);
  node.forEachChild((child) => visit(child, edits));
}

const makesError = (node: ts.Node): boolean => ts.isNewExpression(node) && /Error$/.test(node.expression.getText());

function editOf(node: ts.Node): Edit | undefined {
  if (ts.isBinaryExpression(node)) return swapOf(node.operatorToken);
  if (ts.isNumericLiteral(node)) return { operator: "constant", node, after: node.text === "1" ? "2" : "1" };
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) return negated(node.expression);
  if (ts.isConditionalExpression(node)) return negated(node.condition);
  if (ts.isReturnStatement(node) && node.expression) return { operator: "return", node, after: "return undefined;" };
  if (ts.isExpressionStatement(node) && isCall(node.expression)) return { operator: "call", node, after: ";" };
  return undefined;
}

function swapOf(node: ts.BinaryOperatorToken): Edit | undefined {
  const [operator, after] = swapped[node.kind] ?? [];
  return operator && after ? { operator, node, after } : undefined;
}

const negated = (node: ts.Expression): Edit => ({ operator: "condition", node, after: `!(${node.getText()})` });

const isCall = (node: ts.Expression): boolean =>
  ts.isCallExpression(ts.isAwaitExpression(node) ? node.expression : node);
