import { type PointerEvent, type ReactNode, useEffect, useRef } from "react";
import { colorOf, useColorScheme } from "./colors.ts";
import { type DensityGrid, REACH } from "./grid.ts";

/** A point of the plane. */
export type PlanePoint = readonly [x: number, y: number];

function drawDensity(canvas: HTMLCanvasElement, { side, values }: DensityGrid): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  Object.assign(canvas, { width: side, height: side });
  const [red = 0, green = 0, blue = 0] = (colorOf("--series-6").match(/[\d.]+/g) ?? []).map(Number);
  const pixels = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) pixels.data.set([red, green, blue, 150 * (values[i] ?? 0)], 4 * i);
  context.putImageData(pixels, 0, 0);
}

interface PlaneProps {
  readonly label: string;
  readonly density?: DensityGrid | undefined;
  /** SVG in the plane's coordinates, y upward. */
  readonly children: ReactNode;
  /** Called with the place of a press or a drag. */
  readonly onPoint?: (point: PlanePoint) => void;
}

/** A square of the plane with a density below and drawings above it. */
export function Plane({ label, density, children, onPoint }: PlaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useColorScheme();
  useEffect(() => {
    if (canvas.current && density && scheme) drawDensity(canvas.current, density);
  }, [density, scheme]);
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width - 0.5) * 2 * REACH;
    const y = (0.5 - (event.clientY - box.top) / box.height) * 2 * REACH;
    const inside = (value: number) => Math.min(Math.max(Number(value.toFixed(2)), -REACH), REACH);
    onPoint?.([inside(x), inside(y)]);
  };
  return (
    <div className="plane" data-draggable={onPoint ? true : undefined}>
      <canvas ref={canvas} className="plane-density" />
      <svg
        className="plane-drawing"
        viewBox={`${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`}
        role="img"
        aria-label={label}
        onPointerDown={(event) => {
          if (!onPoint) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          point(event);
        }}
        onPointerMove={(event) => onPoint && event.buttons > 0 && point(event)}
      >
        <g transform="scale(1 -1)">{children}</g>
      </svg>
    </div>
  );
}

/** An arrow of some width from a point by a vector, as the data of a path. */
export function arrowPath([x, y]: PlanePoint, [dx, dy]: PlanePoint): string {
  const length = Math.hypot(dx, dy);
  if (length < 1e-3) return "";
  const head = Math.min(0.1, length / 2);
  const [ux, uy] = [(dx / length) * head, (dy / length) * head];
  const [tipX, tipY] = [x + dx, y + dy];
  const n = (value: number) => value.toFixed(3);
  const shaft = `M${n(x)} ${n(y)}L${n(tipX)} ${n(tipY)}`;
  const barbs = `M${n(tipX - ux - uy / 2)} ${n(tipY - uy + ux / 2)}L${n(tipX)} ${n(tipY)}L${n(tipX - ux + uy / 2)} ${n(tipY - uy - ux / 2)}`;
  return shaft + barbs;
}

/** Points as the data of a path, which joins them. */
export const linePath = (points: readonly PlanePoint[]): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(3)} ${y.toFixed(3)}`).join("");
