import type { Image } from "aquatint";
import { drawPixels } from "../ui/pixels.ts";

/** A line of the brush; lengths are shares of the image's width. */
export interface Stroke {
  readonly radius: number;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** What was painted. */
export interface MaskState {
  readonly strokes: readonly Stroke[];
  readonly isInverted: boolean;
}

/** A mask with nothing painted. */
export const emptyMask: MaskState = { strokes: [], isInverted: false };

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws a mask in black and white onto a context of this size, with the white of another mask besides. */
export function paintMask(context: Context, { strokes, isInverted }: MaskState, other?: Image): void {
  const { width, height } = context.canvas;
  const [ground, color] = isInverted ? ["#fff", "#000"] : ["#000", "#fff"];
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  Object.assign(context, { strokeStyle: color, fillStyle: color, lineCap: "round", lineJoin: "round" });
  for (const { radius, points } of strokes) {
    const [first, ...rest] = points;
    if (!first) continue;
    context.beginPath();
    context.arc(first[0] * width, first[1] * height, radius * width, 0, 2 * Math.PI);
    context.fill();
    context.lineWidth = 2 * radius * width;
    context.beginPath();
    context.moveTo(first[0] * width, first[1] * height);
    for (const [x, y] of rest) context.lineTo(x * width, y * height);
    context.stroke();
  }
  if (other) addMask(context, other);
}

function addMask(context: Context, mask: Image): void {
  const canvas = new OffscreenCanvas(mask.width, mask.height);
  drawPixels(canvas, mask);
  Object.assign(context, { globalCompositeOperation: "lighten", imageSmoothingEnabled: false });
  context.drawImage(canvas, 0, 0, context.canvas.width, context.canvas.height);
  context.globalCompositeOperation = "source-over";
}

interface MaskSize extends Pick<Image, "width" | "height"> {
  /** A mask whose white is white in this one, too. */
  readonly other?: Image | undefined;
}

/** The mask as an image of a size; undefined where nothing would be painted. */
export function maskImage(state: MaskState, { width, height, other }: MaskSize): Image | undefined {
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) return undefined;
  paintMask(context, state, other);
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) rgb.fill(data[4 * i] ?? 0, 3 * i, 3 * i + 3);
  return rgb.some((value) => value >= 128) ? { width, height, channels: 3, data: rgb } : undefined;
}
