import { escapedMarkup } from "aquatint/formats";

/** A piece of HTML, as opposed to text that still has to be escaped. */
export interface Html {
  readonly html: string;
}

/** Content of a template: text and numbers are escaped, HTML is kept, lists are joined, undefined is nothing. */
export type Content = Html | string | number | undefined | readonly Content[];

function render(content: Content): string {
  if (content === undefined) return "";
  if (typeof content === "string" || typeof content === "number") {
    return escapedMarkup(String(content));
  }
  return "html" in content ? content.html : content.map(render).join("");
}

/** HTML from a template literal; what is put in is escaped unless it is HTML itself. */
export const html = (parts: TemplateStringsArray, ...values: readonly Content[]): Html => ({
  html: parts.reduce((text, part, i) => text + render(values[i - 1]) + part),
});

/** Text that is HTML already, such as a drawing from a library. */
export const raw = (text: string): Html => ({ html: text });

/** Text with LaTeX-like subscripts and superscripts in one level, "x_t", "x_{t-1}", "r^2", in italics as formulas are. */
export function formula(text: string): Html {
  const parts = text.split(/([_^](?:\{[^}]*\}|[^\s{]))/);
  const texts = parts.map((part) => {
    const [, mark, braced, single] = /^([_^])(?:\{([^}]*)\}|(.))$/u.exec(part) ?? [];
    const inner = braced ?? single;
    if (inner === undefined) return html`${part}`;
    return mark === "_" ? html`<sub>${inner}</sub>` : html`<sup>${inner}</sup>`;
  });
  return html`<span class="formula">${texts}</span>`;
}
