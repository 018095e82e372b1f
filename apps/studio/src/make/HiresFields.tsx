import type { Settings } from "../settings/settings.ts";
import { changeSettings } from "../settings/settings-store.ts";
import { sourceStore } from "../source/source-store.ts";
import { useStore } from "../state/store.ts";
import { RangeField, SwitchField } from "../ui/fields.tsx";

/** The scale that a first try takes. */
const SCALE = 1.5;

interface HiresFieldsProps extends Pick<Settings, "hires" | "hiresStrength" | "hiresSteps"> {
  /** Steps of the first pass. */
  readonly steps: number;
}

const SecondPass = ({ hires, hiresStrength, hiresSteps, steps }: HiresFieldsProps & { readonly hires: number }) => (
  <div className="sub-fields">
    <RangeField
      label="Scale"
      help="Factor by which both sides are enlarged."
      value={hires}
      min={1.25}
      max={4}
      step={0.25}
      onChange={(value) => changeSettings({ hires: value })}
    />
    <RangeField
      label="Hires strength"
      help="How far the second pass may go from the enlarged image."
      value={hiresStrength}
      min={0.05}
      max={1}
      step={0.05}
      onChange={(value) => changeSettings({ hiresStrength: value })}
    />
    <RangeField
      label="Hires steps"
      help="Steps of the second pass. It runs the share of them that the strength gives."
      value={hiresSteps ?? steps}
      min={1}
      max={60}
      onChange={(value) => changeSettings({ hiresSteps: value })}
      onReset={hiresSteps === null ? undefined : () => changeSettings({ hiresSteps: null })}
    />
  </div>
);

/** The second pass over an enlarged image. */
export const HiresFields = ({ hires, ...props }: HiresFieldsProps) => {
  const hasSource = useStore(sourceStore, ({ image }) => image !== undefined);
  return (
    <>
      <SwitchField
        label="Hires fix"
        help={
          hasSource
            ? "Off while the image starts from another: give it a larger size instead."
            : "Draws the image, enlarges it and draws over it, so that a large image stays one composition."
        }
        isSelected={hires !== null && !hasSource}
        isDisabled={hasSource}
        onChange={(on) => changeSettings({ hires: on ? SCALE : null })}
      />
      {hires !== null && !hasSource && <SecondPass hires={hires} {...props} />}
    </>
  );
};
