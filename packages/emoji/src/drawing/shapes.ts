import { type Canvas, cover } from "aquatint/data";
import type { Color } from "aquatint/formats";
import { disc, square } from "./coverage.ts";

/** Names of the shapes. */
export const shapeNames = ["circle", "square"] as const;

/** A plain shape in the middle of a scene. */
export interface Shape {
  readonly name: (typeof shapeNames)[number];
  /** The name of its color. */
  readonly color: string;
  /** Its width and height, in fractions of the canvas side. */
  readonly size: number;
}

const coverages = { circle: disc, square } as const;

/** Paints a shape in the color `rgb`. */
export function paintShape(canvas: Canvas, { name, size }: Pick<Shape, "name" | "size">, rgb: Color): void {
  const covers = coverages[name]({ radius: (size * canvas.side) / 2 });
  const center = (canvas.side - 1) / 2;
  cover(canvas, rgb, (x, y) => covers(x - center, y - center));
}
