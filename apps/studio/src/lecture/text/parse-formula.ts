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
  const tokens = tex.match(/\\text\{[^}]*\}|\\[a-zA-Z]+|\\[,;]|#[a-zA-Z0-9]+|\d+(?:\.\d+)?|\s+|[^\s]/gu) ?? [];
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
    return nodes;
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
    if (name === "," || name === ";") return { type: "leaf", tag: "mspace", attributes: { width: "0.3em" } };
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

const leaf = (tag: "mi" | "mn" | "mo" | "mtext", text: string): FormulaNode => ({ type: "leaf", tag, text });
