import { expect, test } from "vitest";
import { parseFormula } from "./parse-formula.ts";

/** A formula as text: tags with their parts. */
const textOf = (tex: string): string => {
  const text = (nodes: ReturnType<typeof parseFormula>): string =>
    nodes
      .map((node) => {
        if (node.type === "value") return `#${node.name}`;
        if (node.type === "leaf") return node.text ?? " ";
        return `${node.tag}(${node.parts.map(text).join("; ")})`;
      })
      .join(" ");
  return text(parseFormula(tex));
};

test.each([
  ["x_t", "msub(x; t)"],
  ["x_{t-1}^2", "msubsup(x; t − 1; 2)"],
  ["\\sqrt{\\bar\\alpha_t} x_0", "msqrt(msub(ᾱ; t)) msub(x; 0)"],
  ["\\frac{a}{#b}", "mfrac(a; #b)"],
  ["\\sum_{t=1}^T", "munderover(∑; t = 1; T)"],
  ["12.5 \\text{bits}", "12.5 bits"],
  ["x := y", "x := y"],
  ["-\\log p(x)", "− log   p ( x )"],
  ["\\nabla \\log \\sin(x) \\min_G \\, \\max_D y", "∇   log   sin ( x ) munder(min; G)   munder(max; D)   y"],
])("%s", (tex, tree) => {
  expect(textOf(tex)).toBe(tree);
});

/** Fences of a formula; those that stretch are marked. */
const fencesOf = (tex: string): string => {
  const marks = (nodes: ReturnType<typeof parseFormula>): string =>
    nodes
      .map((node) => {
        if (node.type === "layout") return node.parts.map(marks).join("");
        if (node.type === "value" || !/^[()[\]|∥]$/.test(node.text ?? "")) return "";
        return node.attributes?.["stretchy"] === "false" ? node.text : `<${node.text}>`;
      })
      .join("");
  return marks(parseFormula(tex));
};

test.each([
  ["q(x_t \\mid x_{t-1})", "(|)"],
  ["(\\frac{a}{f(b)})^2 = g(c)", "<(>()<)>()"],
  ["\\parallel (\\frac{a}{b}) \\parallel^2", "∥<(><)>∥"],
  ["[0, (\\frac{a}{b} g(c))", "[<(>()<)>"],
])("fences stretch around fractions alone: %s", (tex, marks) => {
  expect(fencesOf(tex)).toBe(marks);
});

test.each(["\\sqrt{x", "\\unknown", "x_"])("what it cannot read is an error: %s", (tex) => {
  expect(() => parseFormula(tex)).toThrow(`the formula "${tex}"`);
});
