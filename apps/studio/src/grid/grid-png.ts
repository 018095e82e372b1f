import { fileOf } from "../gallery/gallery-store.ts";
import type { GridState } from "./grid-store.ts";

const GAP = 8;
const MARGIN = 24;
const FONT = 15;
const LINE = 22;
/** Pixels of a cell's longer side, at least. */
const CELL = 192;
/** Pixels of the column of row labels. */
const SIDE = 132;
const [INK, INK_SOFT] = ["#1b1e27", "#545967"];

type Context = OffscreenCanvasRenderingContext2D;

/** A text on as few lines as its width allows, three at most; what is left over is cut. */
function lines(context: Context, text: string, width: number): readonly string[] {
  const result: string[] = [];
  let rest = text;
  while (rest !== "" && result.length < 3) {
    let end = rest.length;
    while (end > 1 && context.measureText(rest.slice(0, end)).width > width) end--;
    const space = end < rest.length ? rest.lastIndexOf(" ", end) : -1;
    if (space > 0) end = space;
    const isLast = result.length === 2 && end < rest.length;
    result.push(isLast ? `${rest.slice(0, end - 1)}…` : rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return result;
}

interface Label {
  readonly x: number;
  /** The middle of its lines. */
  readonly y: number;
  readonly width: number;
  readonly align: "center" | "right" | "left";
}

function label(context: Context, text: string, { x, y, width, align }: Label): void {
  context.textAlign = align;
  const all = lines(context, text, width);
  for (const [i, line] of all.entries()) context.fillText(line, x, y + (i - (all.length - 1) / 2) * LINE, width);
}

/** Places of a grid's parts. */
function layoutOf({ x, y, cells }: Required<GridState>) {
  const [first] = cells.values();
  if (!x || !y || !first) return undefined;
  const scale = Math.max(1, Math.ceil(CELL / Math.max(first.recipe.width, first.recipe.height)));
  const [width, height] = [first.recipe.width * scale, first.recipe.height * scale];
  const [left, top] = [MARGIN + SIDE + GAP, MARGIN + 2 * LINE + 3 * LINE];
  return {
    ...{ x, y, first, width, height },
    size: [
      left + x.values.length * (width + GAP) - GAP + MARGIN,
      top + y.values.length * (height + GAP) - GAP + MARGIN,
    ] as const,
    column: (i: number) => left + i * (width + GAP),
    row: (j: number) => top + j * (height + GAP),
  };
}

type Layout = NonNullable<ReturnType<typeof layoutOf>>;

function drawLabels(context: Context, { x, y, first, width, height, size, column, row }: Layout): void {
  const { prompt, seed } = first.recipe;
  Object.assign(context, {
    fillStyle: INK,
    font: `600 ${FONT}px sans-serif`,
    textBaseline: "middle",
    textAlign: "left",
  });
  context.fillText(prompt, MARGIN, MARGIN + LINE / 2, size[0] - 2 * MARGIN);
  Object.assign(context, { fillStyle: INK_SOFT, font: `${FONT - 2}px sans-serif` });
  const axes = `${x.axis.label} across, ${y.axis.label} down`;
  const isSeed = [x, y].some(({ axis }) => axis.id === "seed");
  context.fillText(isSeed ? axes : `${axes}, seed ${seed}`, MARGIN, MARGIN + 1.5 * LINE, size[0] - 2 * MARGIN);
  Object.assign(context, { fillStyle: INK, font: `600 ${FONT}px sans-serif` });
  for (const [i, value] of x.values.entries()) {
    label(context, value, { x: column(i) + width / 2, y: row(0) - 1.5 * LINE, width, align: "center" });
  }
  for (const [j, value] of y.values.entries()) {
    label(context, value, { x: MARGIN + SIDE, y: row(j) + height / 2, width: SIDE, align: "right" });
  }
}

/** The grid as one PNG file, with the values at its sides. */
export async function gridPng(grid: GridState): Promise<Blob | undefined> {
  const layout = layoutOf(grid);
  const context = layout && new OffscreenCanvas(...layout.size).getContext("2d");
  if (!context) return undefined;
  Object.assign(context, { fillStyle: "#fff", imageSmoothingEnabled: false });
  context.fillRect(0, 0, ...layout.size);
  drawLabels(context, layout);
  for (const [key, image] of grid.cells) {
    const [i = 0, j = 0] = key.split(",").map(Number);
    const bitmap = await createImageBitmap(await fileOf(image));
    const { width, height, column, row } = layout;
    const scale = Math.min(width / bitmap.width, height / bitmap.height); // cells may differ in size
    const [w, h] = [bitmap.width * scale, bitmap.height * scale];
    context.drawImage(bitmap, column(i) + (width - w) / 2, row(j) + (height - h) / 2, w, h);
    bitmap.close();
  }
  return context.canvas.convertToBlob({ type: "image/png" });
}
