import type { Image } from "aquatint";
import { fitted, type Size } from "aquatint/formats";
import { useEffect, useMemo, useState } from "react";
import { useEngineInfo } from "../engine/use-engine.ts";
import { changeSettings } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { changeView, viewStore } from "../state/view-store.ts";
import { Button } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { RangeField, StepField } from "../ui/fields.tsx";
import { ExtendCanvas } from "./ExtendCanvas.tsx";
import {
  baseSize,
  extendedCanvas,
  type Margins,
  marginLimit,
  noMargins,
  type Side,
  sides,
  sideTitles,
} from "./extend.ts";
import { type SourceState, sourceStore } from "./source-store.ts";

const OVERLAP = 6;

/** Starts from the larger canvas, or from the image alone where no side grows. */
function applyCanvas(original: Image, { base, margins, overlap }: Parameters<typeof extendedCanvas>[1]): void {
  const { name } = sourceStore.get();
  const grows = sides.some((side) => margins[side] > 0);
  const { image, mask } = extendedCanvas(original, { base, margins, overlap });
  const extended: SourceState = { image, name, mask, extension: { original, margins, overlap, mask } };
  sourceStore.set(grows ? extended : { image: original, name, mask: undefined });
  // the new part begins with noise alone
  if (grows) changeSettings({ output: "image", width: image.width, height: image.height, strength: 1 });
  changeView({ isExtendOpen: false });
}

interface ToolsProps {
  readonly margins: Margins;
  readonly overlap: number;
  readonly base: Size;
  /** Pixels by which a side grows at a press, at least. */
  readonly unit: number;
  readonly limits: Margins;
  readonly onMargin: (side: Side, pixels: number) => void;
  readonly onOverlap: (pixels: number) => void;
}

const Tools = ({ margins, overlap, base, unit, limits, onMargin, onOverlap }: ToolsProps) => {
  const sizes = useEngineInfo();
  return (
    <div className="mask-tools">
      <p className="help">Draw a side out, or type how far. The new part follows the prompt.</p>
      <div className="margin-fields">
        {sides.map((side) => (
          <StepField
            key={side}
            label={sideTitles[side]}
            value={margins[side]}
            min={0}
            max={limits[side]}
            step={unit}
            onChange={(value) => onMargin(side, value)}
          />
        ))}
      </div>
      <RangeField
        label="Overlap"
        help="Pixels of the image beside the new part that are made anew, too, so that both join."
        value={overlap}
        min={0}
        max={sizes.sampleSize / 4}
        onChange={onOverlap}
      />
      <p className="extend-size" role="status">
        {base.width + margins.left + margins.right} × {base.height + margins.top + margins.bottom} pixels
      </p>
    </div>
  );
};

interface EditorProps {
  readonly original: Image;
  readonly first: { readonly margins: Margins; readonly overlap: number };
}

const Editor = ({ original, first }: EditorProps) => {
  const sizes = useEngineInfo();
  const unit = Math.ceil(sizes.sampleSize / 8 / sizes.multiple) * sizes.multiple;
  const base = useMemo(() => baseSize(original, sizes), [original, sizes]);
  const image = useMemo(() => fitted(original, base), [original, base]);
  const [margins, setMargins] = useState(first.margins);
  const [overlap, setOverlap] = useState(first.overlap);
  const limit = (side: Side) => Math.floor(marginLimit(side, margins, { base, ...sizes }) / unit) * unit;
  const limits: Margins = { left: limit("left"), right: limit("right"), top: limit("top"), bottom: limit("bottom") };
  const change = (side: Side, pixels: number) => {
    const next = Math.min(limits[side], Math.max(0, Math.round(pixels / unit) * unit));
    if (next !== margins[side]) setMargins({ ...margins, [side]: next });
  };
  const tools = { margins, overlap, base, unit, limits };
  return (
    <div className="mask-editor">
      <ExtendCanvas {...{ image, base, margins, unit, limits }} onDrag={change} />
      <Tools {...tools} onMargin={change} onOverlap={setOverlap} />
      <div className="dialog-actions">
        <Button onPress={() => setMargins(noMargins)}>Reset</Button>
        <Button look="primary" onPress={() => applyCanvas(original, { base, margins, overlap })}>
          Use the canvas
        </Button>
      </div>
    </div>
  );
};

/** The window in which the canvas is extended. */
export const ExtendEditor = () => {
  const isOpen = useStore(viewStore, (state) => state.isExtendOpen);
  const { image, extension } = useStore(sourceStore);
  const close = () => changeView({ isExtendOpen: false });
  const original = extension?.original ?? image;
  useEffect(() => {
    if (!original && isOpen) close();
  });
  return (
    <Window title="Extend the canvas" kind="wide" isOpen={isOpen && original !== undefined} onClose={close}>
      {original && <Editor original={original} first={extension ?? { margins: noMargins, overlap: OVERLAP }} />}
    </Window>
  );
};
