import type { GridState } from "./grid-store.ts";

const GAP = 8;
const FONT = 13;

/** The grid as one PNG file, with the values at its sides. */
export async function gridPng({ x, y, cells }: GridState): Promise<Blob | undefined> {
  const [first] = cells.values();
  if (!x || !y || !first) return undefined;
  const scale = Math.max(1, Math.round(192 / Math.max(first.recipe.width, first.recipe.height)));
  const [width, height] = [first.recipe.width * scale, first.recipe.height * scale];
  const side = 120;
  const top = 3 * FONT;
  const size = [side + x.values.length * (width + GAP) + GAP, top + y.values.length * (height + GAP) + GAP] as const;
  const context = new OffscreenCanvas(...size).getContext("2d");
  if (!context) return undefined;
  Object.assign(context, { fillStyle: "#fff", imageSmoothingEnabled: false });
  context.fillRect(0, 0, ...size);
  Object.assign(context, { fillStyle: "#1b1e27", font: `${FONT}px sans-serif`, textBaseline: "middle" });
  const columnStart = (i: number) => side + i * (width + GAP);
  const rowStart = (j: number) => top + j * (height + GAP);
  context.fillText(`${y.axis.label} \\ ${x.axis.label}`, GAP, top / 2, side - GAP);
  for (const [i, value] of x.values.entries()) context.fillText(value, columnStart(i), top / 2, width);
  for (const [j, value] of y.values.entries()) context.fillText(value, GAP, rowStart(j) + height / 2, side - 2 * GAP);
  for (const [key, { png }] of cells) {
    const [i = 0, j = 0] = key.split(",").map(Number);
    const bitmap = await createImageBitmap(png);
    context.drawImage(bitmap, columnStart(i), rowStart(j), width, height);
    bitmap.close();
  }
  return context.canvas.convertToBlob({ type: "image/png" });
}
