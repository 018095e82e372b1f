import { useEffect } from "react";
import { Slider, SliderThumb, SliderTrack } from "react-aria-components";
import type { GalleryImage } from "../gallery/gallery-store.ts";
import { useStore } from "../state/store.ts";
import { IconToggle } from "../ui/buttons.tsx";
import { nextFrame, openClip, playerStore, showFrame, togglePlaying } from "./player-store.ts";

/** The frame of a clip that the plate shows; undefined of an image, and until the clip is decoded. */
export const useClipFrame = (id: string | undefined) =>
  useStore(playerStore, (state) => (state.id !== undefined && state.id === id ? state.frames[state.at] : undefined));

/** Plays a clip on the plate, and the controls for it. */
export const ClipPlayer = ({ clip: { id } }: { readonly clip: GalleryImage }) => {
  const { frames, fps, at, isPlaying } = useStore(playerStore);
  useEffect(() => void openClip(id).catch(() => {}), [id]); // the first frame stays on the plate
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(nextFrame, 1000 / fps);
    return () => clearInterval(timer);
  }, [isPlaying, fps]);
  if (frames.length === 0) return null;
  return (
    <section className="player" aria-label="Clip">
      <IconToggle
        label={isPlaying ? "Pause" : "Play"}
        icon={isPlaying ? "pause" : "play"}
        shortcut="P"
        isSelected={isPlaying}
        onChange={togglePlaying}
      />
      <Slider
        aria-label="Frame"
        className="slider"
        minValue={1}
        maxValue={frames.length}
        value={at + 1}
        onChange={(value) => showFrame(Number(value) - 1)}
      >
        <SliderTrack className="slider-track">
          <SliderThumb className="slider-thumb" />
        </SliderTrack>
      </Slider>
      <span className="help">
        {at + 1} / {frames.length}, {Math.round(fps * 10) / 10} fps
      </span>
    </section>
  );
};
