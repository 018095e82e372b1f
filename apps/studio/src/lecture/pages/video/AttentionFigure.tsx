import type { FrameAttention } from "@aquatint/lab/inspect";
import type { PointerEvent } from "react";
import { useMemo } from "react";
import { useStore } from "../../../state/store.ts";
import { RangeField, SelectField } from "../../../ui/fields.tsx";
import { PixelCanvas } from "../../../ui/PixelCanvas.tsx";
import { grayImage } from "../../chart/gray-image.ts";
import { Picture } from "../../chart/ImageView.tsx";
import { Caption, Figure, useFigureValue, useUnreadValue } from "../../figure/Figure.tsx";
import { Numbers } from "../../figure/numbers.tsx";
import { percent } from "../../figure/percent.ts";
import { jobHook } from "../../figure/use-job.ts";
import { PromptField } from "../../input/PromptField.tsx";
import { number, text } from "../../link/codecs.ts";
import { siteRoot } from "../../site-root.ts";
import { AdapterNotice } from "./AdapterNotice.tsx";
import { layerLabel, nearness, type Position, weightsAt } from "./frame-attention.ts";
import type { AttentionState, jobs } from "./jobs.ts";
import { adapterStore, clipCodecs, OPENING, startWorker } from "./start.ts";

const useAttention = jobHook<Pick<typeof jobs, "attention">>();

const codecs = {
  ...clipCodecs,
  layer: text({ initial: "", longest: 100 }),
  x: number({ initial: 0.5, min: 0, max: 1 }),
  y: number({ initial: 0.5, min: 0, max: 1 }),
};

function useSettings() {
  const [prompt, setPrompt] = useFigureValue("prompt", codecs.prompt);
  const [frames] = useFigureValue("frames", codecs.frames);
  const [steps] = useFigureValue("steps", codecs.steps);
  const [seed] = useFigureValue("seed", codecs.seed);
  const [at, setAt] = useFigureValue("frame", codecs.frame);
  const [layer, setLayer] = useFigureValue("layer", codecs.layer);
  const [x, setX] = useFigureValue("x", codecs.x);
  const [y, setY] = useFigureValue("y", codecs.y);
  const clip = { prompt, frames, steps, seed };
  return { clip, setPrompt, frame: Math.min(at, frames), setAt, layer, setLayer, x, setX, y, setY };
}
type Settings = ReturnType<typeof useSettings>;

const Controls = (settings: Settings & { readonly layers: readonly FrameAttention[]; readonly path: string }) => (
  <div className="controls">
    <PromptField prompt={settings.clip.prompt} onChange={settings.setPrompt} />
    <SelectField
      label="Layer"
      help="Where in the U-Net frames look at each other."
      value={settings.path}
      choices={settings.layers.map((layer) => ({ id: layer.path, label: layerLabel(layer) }))}
      placeholder="None yet"
      onChange={settings.setLayer}
    />
    <RangeField
      label="Frame"
      help="The frame that looks: a row of the squares."
      value={settings.frame}
      min={1}
      max={settings.clip.frames}
      onChange={settings.setAt}
    />
    <RangeField
      label="Across"
      help="The place, from the left."
      {...share}
      value={settings.x}
      onChange={settings.setX}
    />
    <RangeField label="Down" help="The place, from the top." {...share} value={settings.y} onChange={settings.setY} />
  </div>
);

const share = { min: 0, max: 1, step: 0.01 } as const;

interface PlaceViewProps {
  readonly image: AttentionState["clip"]["frames"][number] | undefined;
  readonly place: Position;
  readonly onPlace: (place: Position) => void;
}

/** A frame with the place in it; a press moves the place. */
function PlaceView({ image, place, onPlace }: PlaceViewProps) {
  const press = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = (value: number, size: number) => Math.round(100 * Math.min(Math.max(value / size, 0), 1)) / 100;
    onPlace({ x: at(event.clientX - box.left, box.width), y: at(event.clientY - box.top, box.height) });
  };
  return (
    <div className="captioned">
      <div className="image-view place-view" onPointerDown={press}>
        {image && <PixelCanvas image={image} label="The frame that looks" />}
        <svg viewBox="0 0 100 100" aria-hidden="true">
          <circle className="place-halo" cx={100 * place.x} cy={100 * place.y} r="4" />
          <circle className="place-mark" cx={100 * place.x} cy={100 * place.y} r="4" />
        </svg>
      </div>
      <div className="captioned-name">the place</div>
    </div>
  );
}

/** Numbers of frames along a side of the matrix, with that of the frame that looks marked. */
const FrameNumbers = ({ frames, marked }: { readonly frames: number; readonly marked?: number }) => (
  <ol className="matrix-side" aria-hidden="true">
    {Array.from({ length: frames }, (_, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a frame is its place
      <li key={i} data-current={i + 1 === marked || undefined}>
        {i + 1}
      </li>
    ))}
  </ol>
);

const Matrix = ({ matrix, clip, frame }: Pick<Settings, "clip" | "frame"> & { readonly matrix: Float32Array }) => {
  const { frames } = clip;
  const image = useMemo(
    () => (matrix.length > 0 ? grayImage(matrix, frames, [0, Math.max(...matrix)]) : undefined),
    [matrix, frames],
  );
  return (
    <div className="matrix">
      <FrameNumbers frames={frames} marked={frame} />
      <Picture image={image} label="Rows: frames that look. Columns: frames that are looked at." />
      <FrameNumbers frames={frames} />
      <div className="captioned-name">rows look at columns</div>
    </div>
  );
};

function describe(state: AttentionState, matrix: Float32Array, { clip, frame }: Settings): string {
  if (state.missing) return "Without a motion adapter, no frame looks at another.";
  const { step } = state.clip;
  if (step === 0) return OPENING;
  const row = Array.from(matrix.subarray((frame - 1) * clip.frames, frame * clip.frames));
  const most = row.indexOf(Math.max(...row));
  const { self, next } = nearness(matrix, clip.frames);
  return `Mean of ${step} of ${state.n} evaluations. At this place, frame ${frame} looks most at frame ${most + 1}, with ${percent(row[most] ?? 0)}. All frames give ${percent(self)} to themselves and ${percent(next)} to their neighbors; even attention would give ${percent(1 / clip.frames)} to each.`;
}

const none: readonly FrameAttention[] = [];
const empty = new Float32Array();

function Attention() {
  const settings = useSettings();
  const { clip, frame, layer, x, y, setX, setY } = settings;
  const file = useStore(adapterStore);
  const { value: state } = useAttention("attention", { root: siteRoot.href, file, ...clip });
  const layers = state?.layers ?? none;
  const selected = layers.find(({ path }) => path === layer) ?? layers[0];
  useUnreadValue(
    "layer",
    layers.length > 0 && layer !== "" && selected?.path !== layer ? layers.map(({ path }) => path) : undefined,
  );
  const matrix = useMemo(() => (selected ? weightsAt(selected, { x, y }) : empty), [selected, x, y]);
  const onPlace = (place: Position) => {
    setX(place.x);
    setY(place.y);
  };
  const columns = ["frame", ...Array.from({ length: clip.frames }, (_, i) => `to ${i + 1}`)];
  return (
    <>
      <Controls {...settings} layers={layers} path={selected?.path ?? ""} />
      <div className="pair">
        <PlaceView image={state?.clip.frames[frame - 1]} place={{ x, y }} onPlace={onPlace} />
        <Matrix matrix={matrix} {...settings} />
      </div>
      <Caption>{state ? describe(state, matrix, settings) : OPENING}</Caption>
      <AdapterNotice adapter={state} />
      <Numbers
        caption="The share of its attention that each frame gives to each, at the place"
        columns={columns}
        rows={Array.from({ length: state?.missing ? 0 : clip.frames }, (_, row) => ({
          label: `from ${row + 1}`,
          values: columns.slice(1).map((_, i) => matrix[row * clip.frames + i] ?? Number.NaN),
        }))}
      />
    </>
  );
}

/** Where the frames of a clip look, at one place. */
export const AttentionFigure = () => (
  <Figure id="attention" title="Which frames look at which" worker={startWorker}>
    <Attention />
  </Figure>
);
