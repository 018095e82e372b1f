import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { formula, html, raw } from "./html.ts";
import { figure, imageStrip, inlineImage, legend, note, page, panels, table } from "./page.ts";
import { drawing, gridLines, screenDrawing, svgFile } from "./plot.node.ts";
import { color, seriesColors, styleSheet } from "./theme.ts";

const image = { width: 2, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0, 0, 0, 255) } as const;

test("text is escaped, HTML is kept, lists are joined", () => {
  expect(html`<p title="${'"a" & <b>'}">${[html`<b>${1}</b>`, "<i>", undefined]}${raw("<hr>")}</p>`.html).toBe(
    '<p title="&quot;a&quot; &amp; &lt;b&gt;"><b>1</b>&lt;i&gt;<hr></p>',
  );
});

test("formulas have subscripts and superscripts, and are escaped too", () => {
  expect(formula("x_t < x_{t-1}^2").html).toBe(
    '<span class="formula">x<sub>t</sub> &lt; x<sub>t-1</sub><sup>2</sup></span>',
  );
});

test("a page is one file: nothing is fetched, nothing runs, every section is in the contents", () => {
  const text = page({
    kicker: "Test",
    title: "A & B",
    lead: "lead",
    sections: [
      { id: "one", title: "One", body: [figure(inlineImage(image, "two pixels"), "caption"), note("careful")] },
      { id: "two", title: "Two", body: panels([{ content: html`<i>x</i>`, caption: "small" }]) },
    ],
    footer: "made",
  });
  const { document } = parseHTML(text);
  expect(document.querySelector("h1")!.textContent).toBe("A & B");
  expect([...document.querySelectorAll("nav a")].map((a) => a.getAttribute("href"))).toEqual(["#one", "#two"]);
  expect(document.querySelector("#one img")!.getAttribute("src")).toMatch(/^data:image\/png;base64,iVBOR/);
  expect(document.querySelectorAll("script, link, iframe")).toHaveLength(0);
  expect(text).not.toMatch(/https?:/);
});

test("a table's first column heads its rows, and numbers stand to the right", () => {
  const columns = [
    { title: "name", cell: (row: { name: string; n: number }) => row.name },
    { title: "n", number: true, cell: (row: { n: number }) => row.n },
  ];
  const { document } = parseHTML(table(columns, [{ name: "a", n: 1 }]).html);
  expect(document.querySelector("tbody th")!.textContent).toBe("a");
  expect(document.querySelector("td.number")!.textContent).toBe("1");
});

test("strips say how many columns they have, legends show their colors", () => {
  const entry = { content: inlineImage(image, "p"), caption: "t = 1" };
  expect(imageStrip([entry, entry, entry]).html).toContain("--columns:3");
  expect(legend([[color("blue"), "linear"]]).html).toContain("border-color:var(--blue)");
});

test("a drawing is SVG in the theme's colors, described in words, once for wide and once for narrow screens", () => {
  const options = { label: "nothing", marks: gridLines(), x: { domain: [0, 1] }, y: { domain: [0, 1] } };
  const svg = drawing(options).html;
  expect(svg).toMatch(/^<svg/);
  expect(svg).toContain('aria-label="nothing"');
  expect(svg).toContain("var(--rule)");
  const { document } = parseHTML(screenDrawing(() => options).html);
  expect([...document.querySelectorAll("svg")].map((s) => s.getAttribute("width"))).toEqual(["744", "350"]);
});

test("a drawing that is a file brings its colors along", () => {
  const svg = svgFile({ label: "nothing", marks: gridLines(), x: { domain: [0, 1] }, y: { domain: [0, 1] } });
  expect(svg).toMatch(/^<svg[^>]* xmlns="http:..www.w3.org.2000.svg"[^>]*><style>:root/);
  expect(svg).toContain("prefers-color-scheme:dark");
});

test("every color has a light and a dark shade", () => {
  for (const name of [...seriesColors, color("paper"), color("ink")]) {
    const shades = styleSheet.split(`${name.slice(4, -1)}:#`).length - 1;
    expect(shades).toBe(2);
  }
});
