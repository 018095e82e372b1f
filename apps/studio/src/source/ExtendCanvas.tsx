import type { Image } from "aquatint";
import type { Size } from "aquatint/formats";
import { type CSSProperties, useState } from "react";
import { I18nProvider, Slider, SliderThumb, SliderTrack } from "react-aria-components";
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

const grown = ({ width, height }: Size, { left, right, top, bottom }: Margins): Size => ({
  width: width + left + right,
  height: height + top + bottom,
});

function viewOf(base: Size, margins: Margins): View {
  const { width, height } = grown(base, margins);
  const span = Math.max(width, height) * ROOM;
  return { x: -margins.left - (span - width) / 2, y: -margins.top - (span - height) / 2, span };
}

/** A rectangle as shares of the view. */
function placed({ x, y, span }: View, from: readonly [number, number], { width, height }: Size): CSSProperties {
  const share = (value: number) => `${(100 * value) / span}%`;
  return { left: share(from[0] - x), top: share(from[1] - y), width: share(width), height: share(height) };
}

interface CanvasProps {
  readonly base: Size;
  readonly margins: Margins;
  /** Pixels by which a side grows at a press of a key. */
  readonly unit: number;
  /** Pixels by which each side may grow, in whole units. */
  readonly limits: Margins;
}

interface ExtendCanvasProps extends CanvasProps {
  readonly image: Image;
  /** Called with a side and the pixels to which it was drawn. */
  readonly onDrag: (side: Side, pixels: number) => void;
}

/** Where a side's slider lies: over the canvas as wide as it is, from the edge of the image to the farthest place of the side. */
function trackOf(side: Side, { base, margins, limits, unit }: CanvasProps): readonly [readonly [number, number], Size] {
  const length = Math.max(unit, limits[side]);
  const { width, height } = grown(base, margins);
  const across = { left: [-length, 0], right: [base.width, 0], top: [0, -length], bottom: [0, base.height] } as const;
  const [x, y] = across[side];
  return side === "left" || side === "right"
    ? [[x, -margins.top], { width: length, height }]
    : [[-margins.left, y], { width, height: length }];
}

interface HandleProps extends Omit<ExtendCanvasProps, "image"> {
  readonly side: Side;
  readonly view: View;
  /** Called with the view that stands still while the side is drawn, undefined at the end. */
  readonly onHold: (view: View | undefined) => void;
}

/** A slider on the edge of a side. Values grow to the right and up, so those of the left and of the bottom are below 0. */
const Handle = ({ side, view, onDrag, onHold, ...canvas }: HandleProps) => {
  const sign = side === "right" || side === "top" ? 1 : -1;
  const limit = canvas.limits[side];
  const ends = [0, sign * Math.max(canvas.unit, limit)];
  return (
    <Slider
      className="extend-slider"
      style={placed(view, ...trackOf(side, canvas))}
      data-side={side}
      aria-label={`${sideTitles[side]}, in pixels`}
      orientation={side === "left" || side === "right" ? "horizontal" : "vertical"}
      formatOptions={{ signDisplay: "never" }}
      isDisabled={limit === 0}
      minValue={Math.min(...ends)}
      maxValue={Math.max(...ends)}
      step={canvas.unit}
      value={sign * canvas.margins[side]}
      onChange={(value) => {
        onHold(view);
        onDrag(side, sign * Number(value));
      }}
      onChangeEnd={() => onHold(undefined)}
    >
      <SliderTrack className="extend-track">
        <SliderThumb className="extend-handle" />
      </SliderTrack>
    </Slider>
  );
};

/** The image in its canvas, with a handle on each side. */
export const ExtendCanvas = ({ image, onDrag, ...canvas }: ExtendCanvasProps) => {
  const { base, margins } = canvas;
  const [fixedView, setFixedView] = useState<View>();
  const view = fixedView ?? viewOf(base, margins); // it stands still while a side is drawn
  return (
    <div className="extend-stage" data-dragging={fixedView !== undefined || undefined}>
      <div className="extend-canvas" style={placed(view, [-margins.left, -margins.top], grown(base, margins))} />
      <div className="extend-image" style={placed(view, [0, 0], base)}>
        <PixelCanvas image={image} label="The image in its canvas" />
      </div>
      {/* left is left in every language */}
      <I18nProvider locale="en">
        {sides.map((side) => (
          <Handle key={side} {...{ side, view, onDrag, onHold: setFixedView, ...canvas }} />
        ))}
      </I18nProvider>
    </div>
  );
};
