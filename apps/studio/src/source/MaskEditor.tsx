import type { Image } from "aquatint";
import { type CSSProperties, type PointerEvent, useEffect, useRef, useState } from "react";
import { useLimit } from "../backend/backend.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { changeView, viewStore } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { RangeField } from "../ui/fields.tsx";
import { PixelCanvas } from "../ui/PixelCanvas.tsx";
import { emptyMask, type MaskState, maskImage, paintMask, type Stroke } from "./mask-strokes.ts";
import { sourceStore } from "./source-store.ts";

/** Side of the canvas on which is painted, in pixels. */
const SIDE = 512;

interface CanvasProps {
  readonly image: Image;
  readonly mask: MaskState;
  /** White of another mask, which stays. */
  readonly other: Image | undefined;
  readonly radius: number;
  readonly onStroke: (stroke: Stroke) => void;
}

/** The image with the mask over it, to be painted on. */
const MaskCanvas = ({ image, mask, other, radius, onStroke }: CanvasProps) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [stroke, setStroke] = useState<Stroke>();
  const ratio = image.width / image.height;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) paintMask(context, { ...mask, strokes: [...mask.strokes, ...(stroke ? [stroke] : [])] }, other);
  }, [mask, stroke, other]);
  const point = ({ clientX, clientY, currentTarget }: PointerEvent): readonly [number, number] => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  };
  const end = () => {
    if (stroke) onStroke(stroke);
    setStroke(undefined);
  };
  return (
    <div className="mask-canvas" style={{ "--ratio": ratio } as CSSProperties}>
      <PixelCanvas image={image} label="The image under the mask" />
      <canvas
        ref={canvas}
        width={SIDE}
        height={Math.round(SIDE / ratio)}
        role="img"
        aria-label="The mask: what is marked is made anew"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setStroke({ radius, points: [point(event)] });
        }}
        onPointerMove={(event) => {
          const next = point(event);
          setStroke((current) => current && { ...current, points: [...current.points, next] });
        }}
        onPointerUp={end}
        onPointerCancel={end}
      />
    </div>
  );
};

interface ToolsProps {
  readonly mask: MaskState;
  readonly onChange: (mask: MaskState) => void;
  readonly radius: number;
  readonly onRadius: (radius: number) => void;
}

const FeatherField = () => {
  const feather = useStore(settingsStore, (settings) => settings.feather);
  const limit = useLimit("feather");
  if (limit !== undefined) return <p className="help">{limit}</p>;
  return (
    <RangeField
      label="Feather"
      help="Pixels over which the new part fades into the old."
      value={feather}
      min={0}
      max={16}
      onChange={(value) => changeSettings({ feather: value })}
    />
  );
};

const MaskTools = ({ mask, onChange, radius, onRadius }: ToolsProps) => (
  <div className="mask-tools">
    <RangeField
      label="Brush"
      help="Its radius, as a share of the width."
      value={radius}
      min={0.02}
      max={0.3}
      step={0.01}
      onChange={onRadius}
    />
    <FeatherField />
    <div className="action-buttons">
      <Button
        icon="undo"
        isDisabled={mask.strokes.length === 0}
        onPress={() => onChange({ ...mask, strokes: mask.strokes.slice(0, -1) })}
      >
        Undo
      </Button>
      <Button icon="invert" onPress={() => onChange({ ...mask, isInverted: !mask.isInverted })}>
        Invert
      </Button>
      <IconButton label="Clear the mask" icon="trash" onPress={() => onChange(emptyMask)} />
    </div>
  </div>
);

/** The window in which a mask is painted. */
export const MaskEditor = () => {
  const isOpen = useStore(viewStore, (state) => state.isMaskOpen);
  const { image, extension } = useStore(sourceStore);
  const [mask, setMask] = useState(emptyMask);
  const [radius, setRadius] = useState(0.1);
  const close = () => changeView({ isMaskOpen: false });
  useEffect(() => {
    if (image) setMask(emptyMask); // the mask of another image means nothing here
  }, [image]);
  return (
    <Window title="Paint what is made anew" kind="wide" isOpen={isOpen && image !== undefined} onClose={close}>
      {image && (
        <div className="mask-editor">
          <MaskCanvas
            image={image}
            mask={mask}
            other={extension?.mask}
            radius={radius}
            onStroke={(stroke) => setMask((state) => ({ ...state, strokes: [...state.strokes, stroke] }))}
          />
          <MaskTools mask={mask} onChange={setMask} radius={radius} onRadius={setRadius} />
          <div className="dialog-actions">
            <Button
              look="primary"
              onPress={() => {
                changeSettings({ strength: 1 }); // the painted part begins with noise alone
                sourceStore.set((state) => ({ ...state, mask: maskImage(mask, { ...image, other: extension?.mask }) }));
                close();
              }}
            >
              Use the mask
            </Button>
          </div>
        </div>
      )}
    </Window>
  );
};
