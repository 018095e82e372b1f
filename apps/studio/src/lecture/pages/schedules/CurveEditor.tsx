import type { PointerEvent } from "react";
import { type DrawnCurve, withPoint } from "../../input/schedule.ts";

const [WIDTH, HEIGHT] = [480, 260];
/** Room around the frame: for half a point above and to the right, for the numbers of the axes to the left and below. */
const [EDGE, AXIS] = [12, 32];
const inner = { width: WIDTH - AXIS - EDGE, height: HEIGHT - EDGE - AXIS };

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

type At = (i: number) => { readonly x: number; readonly y: number };

/** The points of the curve, each a slider. */
const Points = ({ points, onChange, at }: CurveEditorProps & { readonly at: At }) =>
  points.slice(1).map((value, k) => (
    <circle
      // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place
      key={k}
      className="curve-point"
      role="slider"
      tabIndex={0}
      aria-label={`ᾱ at t / T = ${(k + 1) / (points.length - 1)}`}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={Number(value.toFixed(3))}
      cx={at(k + 1).x}
      cy={at(k + 1).y}
      r={8}
      onKeyDown={(event) => {
        const step = steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        onChange(withPoint(points, k + 1, value + step));
      }}
    />
  ));

/** What the axes measure, at their ends and in their middle. */
const Axes = () => (
  <g className="curve-axis">
    {["0", "t / T", "1"].map((text, i) => (
      <text key={text} x={AXIS + (i / 2) * inner.width} y={HEIGHT - 8} textAnchor="middle">
        {text}
      </text>
    ))}
    {["1", "ᾱ", "0"].map((text, i) => (
      <text key={text} x={AXIS - 14} y={EDGE + (i / 2) * inner.height} textAnchor="end" dominantBaseline="middle">
        {text}
      </text>
    ))}
  </g>
);

/** A falling curve that a pointer draws; each of its points is a slider for the keyboard. */
export function CurveEditor({ points, onChange }: CurveEditorProps) {
  const last = points.length - 1;
  const at: At = (i) => ({ x: AXIS + (i / last) * inner.width, y: EDGE + (1 - (points[i] ?? 0)) * inner.height });
  const drawTo = ({ currentTarget, clientX, clientY }: PointerEvent<SVGSVGElement>) => {
    const box = currentTarget.getBoundingClientRect();
    const u = (((clientX - box.left) / box.width) * WIDTH - AXIS) / inner.width;
    const value = 1 - (((clientY - box.top) / box.height) * HEIGHT - EDGE) / inner.height;
    onChange(withPoint(points, Math.min(Math.max(Math.round(u * last), 1), last), value));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing of sliders is no fieldset
    <svg
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
      <rect className="curve-frame" x={AXIS} y={EDGE} width={inner.width} height={inner.height} />
      <Axes />
      <polyline className="curve-line" points={points.map((_, i) => `${at(i).x},${at(i).y}`).join(" ")} />
      <Points points={points} onChange={onChange} at={at} />
    </svg>
  );
}
