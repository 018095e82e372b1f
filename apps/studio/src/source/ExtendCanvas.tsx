import type { Image } from "aquatint";
import type { Size } from "aquatint/formats";
import { type CSSProperties, type PointerEvent, useRef, useState } from "react";
import { PixelCanvas } from "../ui/PixelCanvas.tsx";
import { type Margins, type Side, sides, sideTitles } from "./extend.ts";

/** The part of the plane that is shown, in pixels of the image, from its top left corner. */
interface View {
  readonly x: number;
  readonly y: number;
  readonly span: number;
}

/** Room around the canvas, so that its handles can be drawn out. */
const ROOM = 1.3;

function viewOf({ width, height }: Size, { left, right, top, bottom }: Margins): View {
  const [columns, rows] = [width + left + right, height + top + bottom];
  const span = Math.max(columns, rows) * ROOM;
  return { x: -left - (span - columns) / 2, y: -top - (span - rows) / 2, span };
}

/** A rectangle as shares of the view. */
function placed({ x, y, span }: View, from: readonly [number, number], { width, height }: Size): CSSProperties {
  const share = (value: number) => `${(100 * value) / span}%`;
  return { left: share(from[0] - x), top: share(from[1] - y), width: share(width), height: share(height) };
}

interface ExtendCanvasProps {
  readonly image: Image;
  readonly base: Size;
  readonly margins: Margins;
  /** Pixels by which a side grows at a press of a key. */
  readonly unit: number;
  /** Pixels by which each side may grow. */
  readonly limits: Margins;
  /** Called with a side and the pixels to which it was drawn, which may be any number. */
  readonly onDrag: (side: Side, pixels: number) => void;
}

/** Pixels by which a pointer draws a side out, of its move to the right and down. */
const outwards: Readonly<Record<Side, (dx: number, dy: number) => number>> = {
  left: (dx) => -dx,
  right: (dx) => dx,
  top: (_, dy) => -dy,
  bottom: (_, dy) => dy,
};

/** The pixels to which a key draws a side out, of those that it has: arrows away from the image, and the usual keys of sliders. */
function keyed(key: string, { side, now, limit, unit }: KeyedSide): number | undefined {
  const [dx, dy] = arrows[key] ?? [0, 0];
  const steps = outwards[side](dx, dy);
  if (steps !== 0) return now + steps * unit;
  const others: Readonly<Record<string, number>> = {
    ...{ PageUp: now + 4 * unit, PageDown: now - 4 * unit },
    ...{ Home: 0, End: limit },
  };
  return others[key];
}

const arrows: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface KeyedSide {
  readonly side: Side;
  readonly now: number;
  readonly limit: number;
  readonly unit: number;
}

interface HandleProps extends KeyedSide {
  /** Called with the pixels to which a key drew the side. */
  readonly onKey: (pixels: number) => void;
  readonly onStart: (event: PointerEvent) => void;
  readonly onMove: (event: PointerEvent) => void;
  readonly onEnd: () => void;
}

/** A slider on the edge of a side. */
const Handle = ({ onKey, onStart, onMove, onEnd, ...keyedSide }: HandleProps) => {
  const { side, now, limit } = keyedSide;
  return (
    <div
      className="extend-handle"
      data-side={side}
      role="slider"
      tabIndex={0}
      aria-label={sideTitles[side]}
      aria-orientation={side === "left" || side === "right" ? "horizontal" : "vertical"}
      aria-valuemin={0}
      aria-valuemax={limit}
      aria-valuenow={now}
      aria-valuetext={`${now} pixels`}
      onKeyDown={(event) => {
        const pixels = keyed(event.key, keyedSide);
        if (pixels === undefined) return;
        event.preventDefault();
        onKey(pixels);
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onStart(event);
      }}
      onPointerMove={onMove}
      onPointerUp={onEnd}
      onPointerCancel={onEnd}
    />
  );
};

/** The image in its canvas, with a handle on each side. */
export const ExtendCanvas = ({ image, base, margins, unit, limits, onDrag }: ExtendCanvasProps) => {
  const stage = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ side: Side; x: number; y: number; start: number; view: View }>();
  const view = drag?.view ?? viewOf(base, margins); // it stands still while a side is drawn
  const size = {
    width: base.width + margins.left + margins.right,
    height: base.height + margins.top + margins.bottom,
  };
  const move = ({ clientX, clientY }: PointerEvent) => {
    if (!drag || !stage.current) return;
    const scale = view.span / stage.current.clientWidth;
    onDrag(drag.side, drag.start + scale * outwards[drag.side](clientX - drag.x, clientY - drag.y));
  };
  return (
    <div ref={stage} className="extend-stage" data-dragging={drag !== undefined || undefined}>
      <div className="extend-canvas" style={placed(view, [-margins.left, -margins.top], size)}>
        {sides.map((side) => (
          <Handle
            key={side}
            {...{ side, now: margins[side], limit: limits[side], unit }}
            onKey={(pixels) => onDrag(side, pixels)}
            onStart={({ clientX: x, clientY: y }) => setDrag({ side, x, y, start: margins[side], view })}
            onMove={move}
            onEnd={() => setDrag(undefined)}
          />
        ))}
      </div>
      <div className="extend-image" style={placed(view, [0, 0], base)}>
        <PixelCanvas image={image} label="The image in its canvas" />
      </div>
    </div>
  );
};
