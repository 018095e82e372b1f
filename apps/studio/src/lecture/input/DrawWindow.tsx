import { type PointerEvent, useEffect, useRef, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Button } from "../../ui/buttons.tsx";
import { Window } from "../../ui/dialogs.tsx";
import { takeImage } from "./image-store.ts";

const colors = {
  black: "#1b1e27",
  red: "#d1382c",
  orange: "#f29f2e",
  yellow: "#f7dd4e",
  green: "#3a9a52",
  blue: "#2f6fd0",
  purple: "#8751b5",
  white: "#ffffff",
} as const;
type ColorName = keyof typeof colors;

const SIDE = 320;
const BRUSH = 22;

const at = (event: PointerEvent<HTMLCanvasElement>): readonly [x: number, y: number] => {
  const box = event.currentTarget.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
};

/** Strokes of a pointer on a canvas. */
function useBrush(color: ColorName) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<readonly [number, number]>(undefined);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.fillStyle = "#cfe3f5";
    context.fillRect(0, 0, SIDE, SIDE);
  }, []);
  const line = (to: readonly [number, number]) => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const [x, y] = last.current ?? to;
    Object.assign(context, { lineWidth: BRUSH, lineCap: "round", strokeStyle: colors[color] });
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(to[0], to[1] + 0.01);
    context.stroke();
    last.current = to;
  };
  return {
    canvas,
    onPointerDown(event: PointerEvent<HTMLCanvasElement>) {
      event.currentTarget.setPointerCapture(event.pointerId);
      last.current = undefined;
      line(at(event));
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => event.buttons > 0 && line(at(event)),
  };
}

/** Draws an image with a brush. */
export function DrawWindow({ onClose }: { readonly onClose: () => void }) {
  const [color, setColor] = useState<ColorName>("red");
  const { canvas, ...strokes } = useBrush(color);
  const finish = () => {
    if (canvas.current) takeImage(canvas.current, "a drawing");
    onClose();
  };
  return (
    <Window title="Draw an image" isOpen onClose={onClose}>
      <canvas ref={canvas} className="drawing" width={SIDE} height={SIDE} aria-label="Drawing" {...strokes} />
      <ToggleButtonGroup
        className="swatches"
        aria-label="Color"
        disallowEmptySelection
        selectedKeys={[color]}
        onSelectionChange={(keys) => setColor([...keys][0] as ColorName)}
      >
        {Object.keys(colors).map((name) => (
          <ToggleButton key={name} id={name} className="swatch" aria-label={name}>
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <circle cx="10" cy="10" r="9" fill={colors[name as ColorName]} />
            </svg>
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Button look="primary" icon="check" onPress={finish}>
        Use the drawing
      </Button>
    </Window>
  );
}
