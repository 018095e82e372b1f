import type { Image } from "aquatint/formats";
import { Picture } from "../../chart/ImageView.tsx";
import { Scroller } from "../../ui/Scroller.tsx";

interface FrameStripProps {
  readonly title: string;
  readonly frames: readonly Image[];
  readonly count: number;
  /** The frame that is marked, from 1. */
  readonly selected: number;
}

/** The frames of a clip in a row; those that are not there yet keep their places. */
export const FrameStrip = ({ title, frames, count, selected }: FrameStripProps) => (
  <section className="frames" aria-label={title}>
    <h4>{title}</h4>
    <Scroller className="frames-row" label={title}>
      {Array.from({ length: count }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a frame is its place
        <div key={i} className="frame" data-current={i + 1 === selected || undefined}>
          <Picture image={frames[i]} label={`${title}: frame ${i + 1}`}>
            {i + 1}
          </Picture>
        </div>
      ))}
    </Scroller>
  </section>
);
