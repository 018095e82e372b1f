import * as Plot from "@observablehq/plot";
import { xmlCharacters } from "aquatint/formats";
import { parseHTML } from "linkedom";
import { type Html, raw } from "./html.ts";
import { forScreens } from "./page.ts";
import { color, drawingSheet } from "./theme.ts";

/** Options of a drawing: Plot's options, and a sentence for those who cannot see it. */
export interface DrawingOptions extends Plot.PlotOptions {
  readonly label: string;
}

/** A drawing as an SVG element, in the theme's colors; its texts are text. */
export function drawing({ label, ...options }: DrawingOptions): Html {
  const { document }: { readonly document: unknown } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    ...options,
    className: "drawing",
    document: document as Document,
    style: { fontSize: "12px", ...(typeof options.style === "object" && options.style) },
  });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.removeAttribute("style");
  for (const style of svg.querySelectorAll("style")) style.remove();
  return raw(xmlCharacters(svg.outerHTML));
}

/** Widths of a drawing in pixels: a column of text, and a telephone. */
const widths = { wide: 744, narrow: 350 };

/** A drawing made for wide and for narrow screens. */
export const screenDrawing = (options: (width: number, narrow: boolean) => Omit<DrawingOptions, "width">): Html =>
  forScreens(
    drawing({ ...options(widths.wide, false), width: widths.wide }),
    drawing({ ...options(widths.narrow, true), width: widths.narrow }),
  );

/** Positions of grid lines; at the ticks that Plot chooses when absent. */
export interface GridTicks {
  readonly x?: readonly number[];
  readonly y?: readonly number[];
}

/** Horizontal and vertical lines behind a drawing, faint. */
export const gridLines = ({ x, y }: GridTicks = {}): Plot.Markish[] => [
  Plot.gridY({ stroke: color("rule"), strokeOpacity: 1, ...(y && { ticks: [...y] }) }),
  Plot.gridX({ stroke: color("rule"), strokeOpacity: 1, ...(x && { ticks: [...x] }) }),
];

/** The powers of ten within a range, for logarithmic axes. */
export const powersOfTen = (low: number, high: number): readonly number[] => {
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => Number(`1e${first + i}`));
};

/** A power of ten as people write it: 1, 10, 10⁻³. */
export function powerText(value: number): string {
  const power = Math.round(Math.log10(value));
  if (power >= 0 && power <= 4) return String(10 ** power);
  return `10${[...String(power)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("")}`;
}

/** A drawing as a file of its own, which follows the reader's light or dark setting too. */
export function svgFile(options: DrawingOptions): string {
  const svg = drawing(options).html;
  const inside = `<style>${drawingSheet}</style><rect width="100%" height="100%" fill="${color("paper")}"/>`;
  const namespaced = svg.includes("xmlns=") ? svg : svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"');
  return `${namespaced.replace(/^(<svg[^>]*>)/, `$1${inside}`)}\n`;
}
