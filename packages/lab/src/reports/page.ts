import { encodePng, type Image } from "aquatint/formats";
import { itemAt } from "aquatint/util";
import { type Content, type Html, html, raw } from "./html.ts";
import { styleSheet } from "./theme.ts";

/** A part of a report that the list of contents names. */
export interface Section {
  /** Its anchor: letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly body: Content;
}

/** A whole report. */
export interface Page {
  /** Kind of report, in a few words above the title. */
  readonly kicker: string;
  readonly title: string;
  readonly lead: Content;
  readonly sections: readonly Section[];
  /** Line about how the page was made. */
  readonly footer: Content;
}

/** One file that needs nothing else: style sheet and images are inside, and nothing runs. */
export function page({ kicker, title, lead, sections, footer }: Page): string {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title>
<style>${raw(styleSheet)}</style>
</head>
<body>
<header>
<p class="kicker">${kicker}</p>
<h1>${title}</h1>
<p class="lead">${lead}</p>
<nav aria-label="Contents"><ol>${sections.map((s) => html`<li><a href="#${s.id}">${s.title}</a></li>`)}</ol></nav>
</header>
<main>
${sections.map((s) => html`<section id="${s.id}"><h2>${s.title}</h2>\n${s.body}</section>\n`)}
</main>
<footer>${footer}</footer>
</body>
</html>
`;
  return body.html;
}

/** A drawing or images over a caption. */
export const figure = (content: Content, caption: Content): Html =>
  html`<figure>${content}<figcaption>${caption}</figcaption></figure>\n`;

/** A drawing that is shown on wide screens, and the one that takes its place on narrow ones. */
export const forScreens = (wide: Html, narrow: Html): Html =>
  html`<div class="for-wide">${wide}</div><div class="for-narrow">${narrow}</div>`;

/** A small drawing or image of a row or a grid of them, with a word below. */
export interface Panel {
  readonly content: Html;
  readonly caption: Content;
}

const panel = ({ content, caption }: Panel): Html =>
  html`<figure>${content}<figcaption>${caption}</figcaption></figure>`;

/** Small drawings in as many columns as there is room for. */
export const panels = (list: readonly Panel[]): Html => html`<div class="panels">${list.map(panel)}</div>`;

/** Drawings two by two, one under the other on narrow screens. */
export const pairs = (list: readonly Panel[]): Html => html`<div class="pairs">${list.map(panel)}</div>`;

/** Images side by side, each with a word below; on narrow screens they wrap. */
export const imageStrip = (list: readonly Panel[]): Html =>
  html`<div class="strip" style="--columns:${list.length}">${list.map(panel)}</div>`;

/** An image inside the page; `alt` says what it shows. Its pixels are drawn as squares, however large it is shown. */
export const inlineImage = (image: Image, alt: string): Html => inlinePng(encodePng(image), { ...image, alt });

/** Options of a PNG file beside its bytes. */
export interface PngOptions extends Pick<Image, "width" | "height"> {
  readonly alt: string;
}

/** A PNG file inside the page. */
export function inlinePng(bytes: Uint8Array, { width, height, alt }: PngOptions): Html {
  const source = `data:image/png;base64,${btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""))}`;
  return html`<img src="${source}" width="${width}" height="${height}" alt="${alt}">`;
}

/** A large image of many small ones, as wide as the page. */
export const sheet = (image: Html): Html => html`<div class="sheet">${image}</div>`;

/** Legend of a drawing's colors. */
export const legend = (entries: readonly (readonly [color: string, name: Content])[]): Html =>
  html`<ul class="legend">${entries.map(([c, name]) => html`<li><i style="border-color:${c}"></i>${name}</li>`)}</ul>`;

/** A column of a table. */
export interface Column<Row> {
  readonly title: Content;
  /** Numbers stand to the right. */
  readonly number?: boolean;
  readonly cell: (row: Row) => Content;
}

/** A table, whose first column names the rows; wide ones scroll by themselves. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const attributes = (i: number) => html`${itemAt(columns, i).number ? raw(' class="number"') : ""}`;
  const head = columns.map(({ title }, i) => html`<th scope="col"${attributes(i)}>${title}</th>`);
  const line = (row: Row) =>
    columns.map(({ cell }, i) =>
      i === 0 ? html`<th scope="row">${cell(row)}</th>` : html`<td${attributes(i)}>${cell(row)}</td>`,
    );
  const body = rows.map((row) => html`<tr>${line(row)}</tr>`);
  return html`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>\n`;
}

/** Something the reader must know before trusting what follows. */
export const note = (content: Content): Html => html`<p class="note">${content}</p>\n`;
