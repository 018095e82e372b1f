import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { type DrawnCurve, withPoint } from "../../input/schedule.ts";

const [WIDTH, HEIGHT, EDGE] = [480, 240, 12];
const inner = { width: WIDTH - 2 * EDGE, height: HEIGHT - 2 * EDGE };

const steps: Readonly<Record<string, number>> = {
  ArrowUp: 0.01,
  ArrowRight: 0.01,
  ArrowDown: -0.01,
  ArrowLeft: -0.01,
  PageUp: 0.1,
  PageDown: -0.1,
};

interface CurveEditorProps {
  readonly points: DrawnCurve;
  readonly onChange: (points: DrawnCurve) => void;
}

/** A falling curve that a pointer draws; each of its points is a slider for the keyboard. */
export function CurveEditor({ points, onChange }: CurveEditorProps) {
  const surface = useRef<SVGSVGElement>(null);
  const last = points.length - 1;
  const place = (i: number) => ({
    x: EDGE + (i / last) * inner.width,
    y: EDGE + (1 - (points[i] ?? 0)) * inner.height,
  });
  const drawTo = ({ clientX, clientY }: PointerEvent) => {
    const box = surface.current?.getBoundingClientRect();
    if (!box) return;
    const u = (((clientX - box.left) / box.width) * WIDTH - EDGE) / inner.width;
    const value = 1 - (((clientY - box.top) / box.height) * HEIGHT - EDGE) / inner.height;
    onChange(withPoint(points, Math.min(Math.max(Math.round(u * last), 1), last), value));
  };
  const onKeyDown = (event: KeyboardEvent, i: number) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onChange(withPoint(points, i, (points[i] ?? 0) + step));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing of sliders is no fieldset
    <svg
      ref={surface}
      className="curve-editor"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="group"
      aria-label="The drawn schedule"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drawTo(event);
      }}
      onPointerMove={(event) => event.buttons > 0 && drawTo(event)}
    >
      <rect className="curve-frame" x={EDGE} y={EDGE} width={inner.width} height={inner.height} />
      <polyline className="curve-line" points={points.map((_, i) => `${place(i).x},${place(i).y}`).join(" ")} />
      {points.slice(1).map((value, k) => {
        const { x, y } = place(k + 1);
        return (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place
            key={k}
            className="curve-point"
            role="slider"
            tabIndex={0}
            aria-label={`ᾱ at t / T = ${(k + 1) / last}`}
            aria-valuemin={0}
            aria-valuemax={1}
            aria-valuenow={Number(value.toFixed(3))}
            cx={x}
            cy={y}
            r={8}
            onKeyDown={(event) => onKeyDown(event, k + 1)}
          />
        );
      })}
    </svg>
  );
}
