/** A part of a formula. */
export type FormulaNode =
  | { readonly type: "value"; readonly name: string }
  | {
      readonly type: "leaf";
      readonly tag: "mi" | "mn" | "mo" | "mtext" | "mspace";
      readonly text?: string;
      readonly attributes?: Readonly<Record<string, string>>;
    }
  | {
      readonly type: "layout";
      readonly tag: string;
      readonly parts: readonly (readonly FormulaNode[])[];
      readonly attributes?: Readonly<Record<string, string>>;
    };

const letters: Readonly<Record<string, string>> = {
  ...{
    alpha: "α",
    beta: "β",
    gamma: "γ",
    epsilon: "ε",
    theta: "θ",
    lambda: "λ",
    mu: "μ",
    pi: "π",
    sigma: "σ",
    phi: "φ",
    omega: "ω",
    tau: "τ",
  },
  ...{ infty: "∞", ell: "ℓ", nabla: "∇" },
};
const operators: Readonly<Record<string, string>> = {
  ...{ sim: "∼", approx: "≈", le: "≤", ge: "≥", ne: "≠", cdot: "·", times: "×", to: "→", mid: "|", parallel: "∥" },
  ...{ sum: "∑", prod: "∏", in: "∈", dots: "…", circ: "∘", pm: "±" },
};
const words = new Set(["log", "exp", "cos", "sin", "min", "max", "ln"]);
/** Operators whose subscripts stand below them. */
const limits = new Set(["∑", "∏", "𝔼", "min", "max"]);
const upright: Readonly<Record<string, string>> = { N: "𝒩", E: "𝔼", KL: "KL", SNR: "SNR", I: "𝐈" };
/** Combining characters: fonts without a table for mathematics do not place accents of their own. */
const accents: Readonly<Record<string, string>> = { bar: "\u0304", hat: "\u0302", tilde: "\u0303" };

/** Reads the subset of TeX that the lecture's formulas are written in. @throws Error that quotes what it cannot read. */
export function parseFormula(tex: string): readonly FormulaNode[] {
  const tokens = tex.match(/:=|\\text\{[^}]*\}|\\[a-zA-Z]+|\\[,;]|#[a-zA-Z0-9]+|\d+(?:\.\d+)?|\s+|[^\s]/gu) ?? [];
  const reader = new Reader(
    tokens.filter((token) => token.trim() !== ""),
    tex,
  );
  return reader.until(undefined);
}

class Reader {
  private at = 0;
  private readonly tokens: readonly string[];
  private readonly tex: string;
  constructor(tokens: readonly string[], tex: string) {
    this.tokens = tokens;
    this.tex = tex;
  }

  until(end: string | undefined): readonly FormulaNode[] {
    const nodes: FormulaNode[] = [];
    while (this.tokens[this.at] !== end) {
      if (this.at >= this.tokens.length) throw new Error(`the formula "${this.tex}" lacks a "${end}"`);
      nodes.push(this.scripted(this.atom()));
    }
    this.at++;
    return fenced(spaced(nodes));
  }

  private group(): readonly FormulaNode[] {
    if (this.tokens[this.at] !== "{") return [this.atom()];
    this.at++;
    return this.until("}");
  }

  private scripted(base: FormulaNode): FormulaNode {
    const scripts: { under?: readonly FormulaNode[]; over?: readonly FormulaNode[] } = {};
    for (let next = this.tokens[this.at]; next === "_" || next === "^"; next = this.tokens[this.at]) {
      this.at++;
      scripts[next === "_" ? "under" : "over"] = this.group();
    }
    const { under, over } = scripts;
    const isLarge = base.type === "leaf" && limits.has(base.text ?? "");
    const [both, low, high] = isLarge ? ["munderover", "munder", "mover"] : ["msubsup", "msub", "msup"];
    if (under && over) return { type: "layout", tag: both!, parts: [[base], under, over] };
    if (under) return { type: "layout", tag: low!, parts: [[base], under] };
    return over ? { type: "layout", tag: high!, parts: [[base], over] } : base;
  }

  private atom(): FormulaNode {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Error(`the formula "${this.tex}" ends too early`);
    if (token.startsWith("#")) return { type: "value", name: token.slice(1) };
    if (token.startsWith("\\text{")) return leaf("mtext", token.slice(6, -1));
    if (token.startsWith("\\")) return this.command(token.slice(1));
    if (token === "{") return { type: "layout", tag: "mrow", parts: [this.until("}")] };
    if (/^\d/.test(token)) return leaf("mn", token);
    return /^\p{L}$/u.test(token) ? leaf("mi", token) : leaf("mo", token === "-" ? "−" : token);
  }

  private accented(accent: string): FormulaNode {
    const [base, ...rest] = this.group();
    if (base?.type !== "leaf" || rest.length > 0) throw new Error(`an accent of "${this.tex}" is not over one letter`);
    const text = `${base.text}${accent}`.normalize("NFC");
    return { type: "leaf", tag: "mi", text, attributes: { className: "accented" } };
  }

  private command(name: string): FormulaNode {
    if (name === "," || name === ";") return space("0.3em");
    if (name === "sqrt") return { type: "layout", tag: "msqrt", parts: [this.group()] };
    if (name === "frac") return { type: "layout", tag: "mfrac", parts: [this.group(), this.group()] };
    const accent = accents[name];
    if (accent) return this.accented(accent);
    const letter = letters[name];
    if (letter) return leaf("mi", letter);
    const operator = operators[name];
    if (operator) return leaf("mo", operator);
    if (words.has(name)) return leaf("mi", name);
    const symbol = upright[name];
    if (symbol) return { type: "leaf", tag: "mi", text: symbol, attributes: { mathvariant: "normal" } };
    throw new Error(`the formula "${this.tex}" has an unknown command "\\${name}"`);
  }
}

const space = (width: string): FormulaNode => ({ type: "leaf", tag: "mspace", attributes: { width } });

/** The name of a function that a node is or, with a script, begins with. */
const isWord = (node: FormulaNode | undefined): boolean =>
  node?.type === "layout"
    ? /^m(sub|sup|under|over)/.test(node.tag) && isWord(node.parts[0]?.[0])
    : node?.type === "leaf" && words.has(node.text ?? "");

/** Operators and spaces, which have the room that they need. */
const isApart = (node: FormulaNode | undefined): boolean =>
  node === undefined || (node.type === "leaf" && (node.tag === "mo" || node.tag === "mspace"));

/** Names of functions stand apart from letters beside them: "log p". */
const spaced = (nodes: readonly FormulaNode[]): readonly FormulaNode[] =>
  nodes.flatMap((node, i) => {
    const next = nodes[i + 1];
    const isBeside = !isApart(node) && !isApart(next) && (isWord(node) || isWord(next));
    return isBeside ? [node, space("0.17em")] : [node];
  });

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]" };
const fences = new Set(["(", ")", "[", "]", "|", "∥"]);
/** Layouts that need fences of their height. */
const tall = new Set(["mfrac", "munder", "mover", "munderover"]);

/** The fence that a node is or, with a script, begins with. */
const fenceOf = (node: FormulaNode | undefined): string | undefined => {
  if (node?.type === "layout") return fenceOf(node.parts[0]?.length === 1 ? node.parts[0][0] : undefined);
  return node?.type === "leaf" && node.tag === "mo" && fences.has(node.text ?? "") ? node.text : undefined;
};

const isTall = (node: FormulaNode): boolean =>
  node.type === "layout" && (tall.has(node.tag) || node.parts.flat().some(isTall));

/** The node with its fence in the size of a letter. */
const unstretched = (node: FormulaNode): FormulaNode => {
  if (fenceOf(node) === undefined) return node;
  if (node.type === "leaf") return { ...node, attributes: { ...node.attributes, stretchy: "false" } };
  const [base = [], ...scripts] = node.type === "layout" ? node.parts : [];
  return { ...node, parts: [base.map(unstretched), ...scripts] } as FormulaNode;
};

/** Fences keep the size of letters. Those around a fraction form a row with it alone, because they stretch to all of their row. */
function fenced(nodes: readonly FormulaNode[]): readonly FormulaNode[] {
  const result: FormulaNode[] = [];
  const open: number[] = [];
  for (const node of nodes) {
    const fence = fenceOf(node) ?? "";
    result.push(node);
    if (closing[fence]) open.push(result.length - 1);
    const start = open.at(-1) ?? -1;
    const first = result[start];
    if (!first || closing[fenceOf(first) ?? ""] !== fence) continue;
    open.pop();
    const inside = result.slice(start + 1, -1);
    if (!inside.some(isTall)) continue;
    result.splice(start, inside.length + 2, {
      type: "layout",
      tag: "mrow",
      parts: [[first, ...inside.map(unstretched), node]],
    });
  }
  return result.map(unstretched);
}

const leaf = (tag: "mi" | "mn" | "mo" | "mtext", text: string): FormulaNode => ({ type: "leaf", tag, text });
