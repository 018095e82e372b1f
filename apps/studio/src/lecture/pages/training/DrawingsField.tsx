import { useState } from "react";
import { createStore, useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { ShortField } from "../../../ui/ShortField.tsx";
import { Picture } from "../../chart/ImageView.tsx";
import { useBrush } from "../../input/use-brush.ts";
import type { Drawing } from "./drawings.ts";
import { sides } from "./recipe.ts";

/** Drawings that a training takes. */
export const MOST_DRAWINGS = 8;

/** Characters of a caption at most. */
const MAX_CAPTION = 40;

/** The visitor's drawings, as long as this tab is open; a run that was started keeps its own. */
export const drawingsStore = createStore<readonly Drawing[]>([]);

const CANVAS = 256;
const SIDE = sides.drawings;
const GROUND = "#1b1e27";
const INK = "#f7dd4e";

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

const Drawn = ({ drawings }: { readonly drawings: readonly Drawing[] }) => (
  <ol className="training-grid">
    {drawings.map(({ caption, image }, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a drawing is its place
      <li key={i}>
        <Picture image={image} label={caption}>
          {caption}
        </Picture>
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
  const { attributes, clear } = useBrush({ side: CANVAS, ink: INK, ground: GROUND });
  const [caption, setCaption] = useState("");
  const isFull = drawings.length >= MOST_DRAWINGS;
  const add = () => {
    const canvas = attributes.ref.current;
    const drawing = canvas && takeDrawing(canvas, caption.trim());
    if (!drawing) return;
    drawingsStore.set((all) => [...all, drawing]);
    clear();
    setCaption("");
  };
  return (
    <div className="training-drawings">
      <canvas {...attributes} />
      <div className="training-drawn">
        <p className="help">
          {drawings.length} of {MOST_DRAWINGS} drawings. They stay in this browser.
        </p>
        <ShortField label="Caption" max={MAX_CAPTION} value={caption} onChange={setCaption} />
        <div className="button-row">
          <Button
            icon="plus"
            isDisabled={isFull || caption.trim() === "" || caption.length > MAX_CAPTION}
            onPress={add}
          >
            Add the drawing
          </Button>
          <Button icon="reset" onPress={clear}>
            Clear
          </Button>
        </div>
        <Drawn drawings={drawings} />
      </div>
    </div>
  );
}
