import { type PointerEvent, useEffect, useRef, useState } from "react";
import { Input, Label, TextField } from "react-aria-components";
import { createStore, useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { PixelCanvas } from "../../../ui/PixelCanvas.tsx";
import type { Drawing } from "./drawings.ts";
import { SIDE } from "./recipe.ts";

/** Drawings that a training takes. */
export const MOST_DRAWINGS = 8;

/** The visitor's drawings, as long as this tab is open; a run that was started keeps its own. */
export const drawingsStore = createStore<readonly Drawing[]>([]);

const CANVAS = 256;
const BRUSH = 22;
const GROUND = "#1b1e27";
const INK = "#f7dd4e";

function clear(canvas: HTMLCanvasElement | null): void {
  const context = canvas?.getContext("2d");
  if (!context) return;
  context.fillStyle = GROUND;
  context.fillRect(0, 0, CANVAS, CANVAS);
}

/** The canvas in the size of the model. */
function takeDrawing(canvas: HTMLCanvasElement, caption: string): Drawing | undefined {
  const small = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const context = small.getContext("2d");
  if (!context) return undefined;
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, SIDE, SIDE);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return { caption, image: { width: SIDE, height: SIDE, channels: 4, data: Uint8Array.from(data) } };
}

/** Strokes of a pointer. */
function useStrokes() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<readonly [number, number]>(undefined);
  useEffect(() => clear(canvas.current), []);
  const line = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const to = [event.clientX - box.left, event.clientY - box.top].map((at) => (at * CANVAS) / box.width);
    const [x = 0, y = 0] = to;
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const [fromX, fromY] = last.current ?? [x, y];
    Object.assign(context, { lineWidth: BRUSH, lineCap: "round", strokeStyle: INK });
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(x, y + 0.01);
    context.stroke();
    last.current = [x, y];
  };
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLCanvasElement>) {
      event.currentTarget.setPointerCapture(event.pointerId);
      last.current = undefined;
      line(event);
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => event.buttons > 0 && line(event),
  };
  return { canvas, handlers };
}

const Drawn = ({ drawings }: { readonly drawings: readonly Drawing[] }) => (
  <ol className="training-grid">
    {drawings.map(({ caption, image }, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a drawing is its place
      <li key={i} className="captioned">
        <div className="image-view">
          <PixelCanvas image={image} label={caption} />
        </div>
        <span className="captioned-name">{caption}</span>
        <Button
          look="quiet"
          icon="trash"
          aria-label={`Remove ${caption}`}
          onPress={() => drawingsStore.set((all) => all.filter((_, at) => at !== i))}
        />
      </li>
    ))}
  </ol>
);

/** Eight drawings with a caption each. */
export function DrawingsField() {
  const drawings = useStore(drawingsStore);
  const { canvas, handlers } = useStrokes();
  const [caption, setCaption] = useState("");
  const isFull = drawings.length >= MOST_DRAWINGS;
  const add = () => {
    const drawing = canvas.current && takeDrawing(canvas.current, caption.trim());
    if (!drawing) return;
    drawingsStore.set((all) => [...all, drawing]);
    clear(canvas.current);
    setCaption("");
  };
  return (
    <div className="training-drawings">
      <canvas ref={canvas} className="drawing" width={CANVAS} height={CANVAS} aria-label="Drawing" {...handlers} />
      <div className="training-drawn">
        <p className="help">
          {drawings.length} of {MOST_DRAWINGS} drawings. They stay in this browser.
        </p>
        <TextField className="field" value={caption} onChange={setCaption} maxLength={40}>
          <Label className="field-label">Caption</Label>
          <Input className="text-input" />
        </TextField>
        <div className="button-row">
          <Button icon="plus" isDisabled={isFull || caption.trim() === ""} onPress={add}>
            Add the drawing
          </Button>
          <Button icon="reset" onPress={() => clear(canvas.current)}>
            Clear
          </Button>
        </div>
        <Drawn drawings={drawings} />
      </div>
    </div>
  );
}
