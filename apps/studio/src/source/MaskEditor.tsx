import type { Image } from "aquatint";
import { type CSSProperties, type PointerEvent, useEffect, useRef, useState } from "react";
import { useLimit } from "../backend/backend.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { changeView, viewStore } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { RangeField } from "../ui/fields.tsx";
import { latinKey } from "../ui/latin-key.ts";
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

const point = ({ clientX, clientY, currentTarget }: PointerEvent): readonly [number, number] => {
  const { left, top, width, height } = currentTarget.getBoundingClientRect();
  return [(clientX - left) / width, (clientY - top) / height];
};

/** The stroke that a pointer draws, and what its events do. */
function useStroke({ radius, onStroke }: Pick<CanvasProps, "radius" | "onStroke">) {
  const [stroke, setStroke] = useState<Stroke>();
  const latest = useRef<Stroke>(undefined); // ahead of the state: a busy page shows moves later than the pointer goes up
  const show = (next: Stroke | undefined) => {
    latest.current = next;
    setStroke(next);
  };
  const end = () => {
    if (latest.current) onStroke(latest.current);
    show(undefined);
  };
  const handlers = {
    onPointerDown(event: PointerEvent) {
      event.currentTarget.setPointerCapture(event.pointerId);
      show({ radius, points: [point(event)] });
    },
    onPointerMove(event: PointerEvent) {
      const { current } = latest;
      if (current) show({ ...current, points: [...current.points, point(event)] });
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
  return { stroke, handlers };
}

/** The image with the mask over it, to be painted on. */
const MaskCanvas = ({ image, mask, other, radius, onStroke }: CanvasProps) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { stroke, handlers } = useStroke({ radius, onStroke });
  const ratio = image.width / image.height;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) paintMask(context, { ...mask, strokes: [...mask.strokes, ...(stroke ? [stroke] : [])] }, other);
  }, [mask, stroke, other]);
  return (
    <div className="mask-canvas" style={{ "--ratio": ratio } as CSSProperties}>
      <PixelCanvas image={image} label="The image under the mask" />
      <canvas
        ref={canvas}
        width={SIDE}
        height={Math.round(SIDE / ratio)}
        role="img"
        aria-label="The mask: what is marked is made anew"
        {...handlers}
      />
    </div>
  );
};

interface ToolsProps {
  readonly mask: MaskState;
  readonly onChange: (mask: MaskState) => void;
  /** Undefined where nothing can be taken back. */
  readonly onUndo: (() => void) | undefined;
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

const MaskTools = ({ mask, onChange, onUndo, radius, onRadius }: ToolsProps) => (
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
      <Button icon="undo" isDisabled={!onUndo} onPress={() => onUndo?.()}>
        Undo
      </Button>
      <Button icon="invert" onPress={() => onChange({ ...mask, isInverted: !mask.isInverted })}>
        Invert
      </Button>
      <IconButton label="Clear the mask" icon="trash" onPress={() => onChange(emptyMask)} />
    </div>
  </div>
);

/** What is painted on an image; Ctrl or Command with Z takes it back, where no text is typed. */
function useMask(image: Image | undefined, isOpen: boolean) {
  const [past, setPast] = useState<readonly MaskState[]>([emptyMask]);
  const undo = isOpen && past.length > 1 ? () => setPast(past.slice(0, -1)) : undefined;
  useEffect(() => {
    if (image) setPast([emptyMask]); // the mask of another image means nothing here
  }, [image]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isUndo = (event.ctrlKey || event.metaKey) && latinKey(event) === "z";
      if (isUndo && !(event.target as Element).matches?.("[type=text]")) undo?.();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  return { mask: past.at(-1) ?? emptyMask, change: (next: MaskState) => setPast([...past, next]), undo };
}

/** The window in which a mask is painted. */
export const MaskEditor = () => {
  const isOpen = useStore(viewStore, (state) => state.isMaskOpen);
  const { image, extension } = useStore(sourceStore);
  const { mask, change, undo } = useMask(image, isOpen);
  const [radius, setRadius] = useState(0.1);
  const close = () => changeView({ isMaskOpen: false });
  return (
    <Window title="Paint what is made anew" kind="wide" isOpen={isOpen && image !== undefined} onClose={close}>
      {image && (
        <div className="mask-editor">
          <MaskCanvas
            image={image}
            mask={mask}
            other={extension?.mask}
            radius={radius}
            onStroke={(stroke) => change({ ...mask, strokes: [...mask.strokes, stroke] })}
          />
          <MaskTools mask={mask} onChange={change} onUndo={undo} radius={radius} onRadius={setRadius} />
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
