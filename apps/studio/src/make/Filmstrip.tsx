import type { CSSProperties } from "react";
import type { Key } from "react-aria-components";
import { Slider, SliderThumb, SliderTrack, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { traceOf } from "../gallery/gallery-store.ts";
import { useStore } from "../state/store.ts";
import { IconButton } from "../ui/buttons.tsx";
import { PixelCanvas } from "../ui/PixelCanvas.tsx";
import { closeFilm, type FrameKind, filmStore } from "./film-store.ts";

const kinds: readonly { readonly id: FrameKind; readonly label: string; readonly help: string }[] = [
  { id: "x0", label: "x₀", help: "The image that the network expects, step by step" },
  { id: "x", label: "xₜ", help: "The noisy image that the network sees, step by step" },
];

const KindChoice = ({ kind }: { readonly kind: FrameKind }) => (
  <ToggleButtonGroup
    className="segments"
    aria-label="What the frames show"
    disallowEmptySelection
    selectedKeys={[kind]}
    onSelectionChange={(keys: Set<Key>) => {
      const [first] = keys;
      filmStore.set((state) => ({ ...state, kind: first === "x" ? "x" : "x0" }));
    }}
  >
    {kinds.map(({ id, label, help }) => (
      <ToggleButton key={id} id={id} className="segment" aria-label={help}>
        {label}
      </ToggleButton>
    ))}
  </ToggleButtonGroup>
);

/** The way from noise to the image, to be scrubbed. */
export const Filmstrip = ({ id }: { readonly id: string }) => {
  const { id: open, kind, at, frames } = useStore(filmStore);
  const trace = traceOf(id);
  if (open !== id || !trace) return null;
  const count = trace.points.length;
  return (
    <section className="film" aria-label="Steps">
      <div className="film-head">
        <KindChoice kind={kind} />
        <p className="help">
          Step {at + 1} of {count}, t = {Math.round(trace.points[at]?.t ?? 0)}.{" "}
          {kinds.find((item) => item.id === kind)?.help}.
        </p>
        <IconButton label="Close the steps" icon="close" onPress={closeFilm} />
      </div>
      <div className="film-strip" style={{ "--count": count } as CSSProperties}>
        <div className="film-frames" aria-hidden="true">
          {trace.points.map((point, i) => (
            <div key={`${point.shape.join("x")} ${point.t}`} className="frame" data-current={i === at || undefined}>
              {frames[kind][i] && <PixelCanvas image={frames[kind][i]} label="" />}
            </div>
          ))}
        </div>
        <Slider
          aria-label="Step"
          className="slider film-slider"
          minValue={0}
          maxValue={count - 1}
          value={at}
          onChange={(next) => filmStore.set((state) => ({ ...state, at: Number(next) }))}
        >
          <SliderTrack className="slider-track">
            <SliderThumb className="slider-thumb" />
          </SliderTrack>
        </Slider>
      </div>
    </section>
  );
};

/** The frame that the plate shows in place of an image; undefined while its strip is closed. */
export function useFilmFrame(id: string | undefined) {
  return useStore(filmStore, (state) =>
    state.id !== undefined && state.id === id ? state.frames[state.kind][state.at] : undefined,
  );
}
