import { createElement, type ReactNode } from "react";
import { numberText } from "../figure/numbers.tsx";
import { Scroller } from "../ui/Scroller.tsx";
import { type FormulaNode, parseFormula } from "./parse-formula.ts";

/** Numbers by the names that a formula's `#name` has. */
export type FormulaValues = Readonly<Record<string, number | undefined>>;

const nodeOf = (node: FormulaNode, values: FormulaValues, key: number): ReactNode => {
  const row = (nodes: readonly FormulaNode[], at: number) =>
    nodes.length === 1 && nodes[0] ? nodeOf(nodes[0], values, at) : mrow(nodes, values, at);
  switch (node.type) {
    case "value": {
      const value = values[node.name];
      const text = value === undefined ? "…" : numberText(value);
      return createElement("mn", { key, className: "formula-value", "data-value": value }, text);
    }
    case "leaf":
      return createElement(node.tag, { key, ...node.attributes }, node.text);
    case "layout":
      return createElement(node.tag, { key, ...node.attributes }, ...node.parts.map((part, i) => row(part, i)));
  }
};

const mrow = (nodes: readonly FormulaNode[], values: FormulaValues, key: number): ReactNode =>
  createElement("mrow", { key }, ...nodes.map((node, i) => nodeOf(node, values, i)));

interface FormulaProps {
  /** A subset of TeX, see docs/lecture-pages.md; `#name` is a number of `values`, and the line may break at `\\`. */
  readonly tex: string;
  readonly values?: FormulaValues;
  /** On a line of its own. */
  readonly block?: boolean;
}

/** A formula as MathML. */
export const Formula = ({ tex, values = {}, block = false }: FormulaProps) => {
  const parts = tex.split("\\\\").map((part, key) => {
    const nodes = parseFormula(part).map((node, i) => nodeOf(node, values, i));
    return createElement("math", { key, display: block ? "block" : "inline" }, createElement("mrow", {}, ...nodes));
  });
  return block ? (
    <Scroller className="formula" label="Formula">
      {parts}
    </Scroller>
  ) : (
    parts
  );
};
