import type { Image } from "aquatint/formats";
import { ToggleButton } from "react-aria-components";
import { Picture } from "../../chart/ImageView.tsx";
import { percent } from "../../figure/percent.ts";
import { secondsText } from "../../figure/time-text.ts";
import { type PartName, type PartTimes, partNames, partTitles } from "./parts.ts";

interface DiagramProps {
  readonly times: PartTimes | undefined;
  /** What comes out at the end, once it is there. */
  readonly image: Image | undefined;
  readonly selected: PartName;
  readonly onSelect: (part: PartName) => void;
}

/** The parts in a row, each with its share of the time, and the image. */
export function Diagram({ times, image, selected, onSelect }: DiagramProps) {
  const total = times ? partNames.reduce((sum, name) => sum + times[name], 0) : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div className="pipeline" role="group" aria-label="Parts of Stable Diffusion">
      {partNames.map((name, i) => {
        const share = times && total > 0 ? times[name] / total : 0;
        return (
          <ToggleButton
            key={name}
            className="pipeline-part"
            isSelected={name === selected}
            onChange={() => onSelect(name)}
          >
            <span className="pipeline-title">{partTitles[name]}</span>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" data-series={i + 1}>
              <rect className="share-whole" width="100" height="8" />
              <rect className="share-bar" width={100 * share} height="8" />
            </svg>
            <span className="pipeline-time">
              {times ? `${secondsText(times[name] / 1000)}, ${percent(share)}` : "–"}
            </span>
          </ToggleButton>
        );
      })}
      <Picture image={image} label="The image of the prompt" />
    </div>
  );
}
