import type { Image } from "aquatint";
import type { Size } from "aquatint/formats";
import { type CSSProperties, type PointerEvent, useRef, useState } from "react";
import { PixelCanvas } from "../ui/PixelCanvas.tsx";
import { type Margins, type Side, sides } from "./extend.ts";

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

/** The image in its canvas, with a handle on each side; the fields beside it do the same for the keyboard. */
export const ExtendCanvas = ({ image, base, margins, onDrag }: ExtendCanvasProps) => {
  const stage = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ side: Side; x: number; y: number; start: number; view: View }>();
  const view = drag?.view ?? viewOf(base, margins); // it stands still while a side is drawn
  const size = {
    width: base.width + margins.left + margins.right,
    height: base.height + margins.top + margins.bottom,
  };
  const move = ({ clientX, clientY }: PointerEvent) => {
    if (!drag || !stage.current) return;
    const unit = view.span / stage.current.clientWidth;
    onDrag(drag.side, drag.start + unit * outwards[drag.side](clientX - drag.x, clientY - drag.y));
  };
  return (
    <div ref={stage} className="extend-stage" data-dragging={drag !== undefined || undefined}>
      <div className="extend-canvas" style={placed(view, [-margins.left, -margins.top], size)}>
        {sides.map((side) => (
          <div
            key={side}
            className="extend-handle"
            data-side={side}
            aria-hidden="true"
            onPointerDown={({ clientX: x, clientY: y, pointerId, currentTarget }) => {
              currentTarget.setPointerCapture(pointerId);
              setDrag({ side, x, y, start: margins[side], view });
            }}
            onPointerMove={move}
            onPointerUp={() => setDrag(undefined)}
            onPointerCancel={() => setDrag(undefined)}
          />
        ))}
      </div>
      <div className="extend-image" style={placed(view, [0, 0], base)}>
        <PixelCanvas image={image} label="The image in its canvas" />
      </div>
    </div>
  );
};
