import { ToggleButton } from "react-aria-components";
import { type PartName, type PartTimes, partNames, partTitles } from "./parts.ts";

const timeText = (milliseconds: number): string =>
  milliseconds >= 1000
    ? `${(milliseconds / 1000).toFixed(2)} s`
    : `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;

interface DiagramProps {
  readonly times: PartTimes | undefined;
  readonly selected: PartName;
  readonly onSelect: (part: PartName) => void;
}

/** The parts in a row, each with its share of the time. */
export function Diagram({ times, selected, onSelect }: DiagramProps) {
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
              {times ? `${timeText(times[name])}, ${(100 * share).toFixed(1)} %` : "–"}
            </span>
          </ToggleButton>
        );
      })}
    </div>
  );
}
