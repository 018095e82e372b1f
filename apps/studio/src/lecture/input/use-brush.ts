import { type PointerEvent, useCallback, useEffect, useRef } from "react";

/** Width of a stroke, in pixels. */
const BRUSH = 22;

interface BrushOptions {
  /** Pixels of each side of the canvas. */
  readonly side: number;
  readonly ink: string;
  readonly ground: string;
}

/** Attributes of a canvas that a pointer draws on, and what empties it. */
export function useBrush({ side, ink, ground }: BrushOptions) {
  const ref = useRef<HTMLCanvasElement>(null);
  const last = useRef<readonly [number, number]>(undefined);
  const clear = useCallback(() => {
    const context = ref.current?.getContext("2d");
    if (!context) return;
    context.fillStyle = ground;
    context.fillRect(0, 0, side, side);
  }, [side, ground]);
  useEffect(clear, [clear]);
  const line = ({ currentTarget, clientX, clientY }: PointerEvent<HTMLCanvasElement>) => {
    const { left, top, width } = currentTarget.getBoundingClientRect();
    const [x, y] = [((clientX - left) * side) / width, ((clientY - top) * side) / width];
    const [fromX, fromY] = last.current ?? [x, y];
    const context = currentTarget.getContext("2d");
    if (!context) return;
    Object.assign(context, { lineWidth: BRUSH, lineCap: "round", strokeStyle: ink });
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(x, y + 0.01);
    context.stroke();
    last.current = [x, y];
  };
  const attributes = {
    ...{ ref, width: side, height: side, className: "drawing", "aria-label": "Drawing" },
    onPointerDown(event: PointerEvent<HTMLCanvasElement>) {
      event.currentTarget.setPointerCapture(event.pointerId);
      last.current = undefined;
      line(event);
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => event.buttons > 0 && line(event),
  };
  return { attributes, clear };
}
