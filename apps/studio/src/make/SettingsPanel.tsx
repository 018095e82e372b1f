import { useState } from "react";
import { Input, Label, Text, TextField } from "react-aria-components";
import { VideoFields } from "../clip/VideoFields.tsx";
import { useEngineInfo } from "../engine/use-engine.ts";
import { ModelFields } from "../models/fields/ModelFields.tsx";
import { PromptArea, promptOf } from "../prompt/PromptArea.tsx";
import { TokenNote } from "../prompt/TokenNote.tsx";
import { styledPrompts } from "../settings/request.ts";
import { drawSeed, MAX_SIDE, type Settings } from "../settings/settings.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { sourceStore } from "../source/source-store.ts";
import { useStore } from "../state/store.ts";
import { IconButton, IconToggle } from "../ui/buttons.tsx";
import { FieldRow, RangeField } from "../ui/fields.tsx";
import { drawImages } from "./draw.ts";
import { HiresFields } from "./HiresFields.tsx";
import { MoreFields } from "./MoreFields.tsx";
import { SamplerFields } from "./SamplerFields.tsx";
import { VariationFields } from "./VariationFields.tsx";

const NegativeField = ({ value, styledText }: { readonly value: string; readonly styledText: string }) => (
  <TextField className="field" value={value} onChange={(text) => changeSettings({ negative: promptOf(text) })}>
    <div className="field-head">
      <Label className="field-label">Negative prompt</Label>
    </div>
    <PromptArea className="text-input" rows={2} placeholder="what the image should not show" onEnter={drawImages} />
    <Text slot="description" className="help">
      The image moves away from these words, as strongly as guidance says.
    </Text>
    <TokenNote text={styledText} />
  </TextField>
);

/** The seed; typed empty or as -1, each image gets a new one. */
const SeedField = ({ seed, seedLocked }: Pick<Settings, "seed" | "seedLocked">) => {
  const [draft, setDraft] = useState<string>();
  const onChange = (text: string) => {
    if (!/^(-?1?|\d{1,20})$/.test(text)) return;
    setDraft(text);
    changeSettings(/^\d/.test(text) ? { seed: text, seedLocked: true } : { seedLocked: false });
  };
  return (
    <TextField
      className="field"
      value={draft ?? seed}
      inputMode="numeric"
      onChange={onChange}
      onBlur={() => setDraft(undefined)}
    >
      <Label className="field-label">Seed</Label>
      <div className="input-row">
        <Input className="text-input" />
        <IconButton label="New seed" icon="dice" onPress={() => changeSettings({ seed: drawSeed() })} />
        <IconToggle
          label={seedLocked ? "The seed stays" : "Each image gets a new seed"}
          icon={seedLocked ? "lock" : "unlock"}
          isSelected={seedLocked}
          onChange={(locked) => changeSettings({ seedLocked: locked })}
        />
      </div>
      <Text slot="description" className="help">
        The same seed and settings give the same image; lock it to change one thing at a time.
      </Text>
    </TextField>
  );
};

const SizeFields = ({ width, height }: Pick<Settings, "width" | "height">) => {
  const { sampleSize, multiple } = useEngineInfo();
  const max = Math.min(4 * sampleSize, MAX_SIDE);
  return (
    <FieldRow label="Size in pixels">
      <RangeField
        label="Width"
        help={`In pixels, in steps of ${multiple}.`}
        value={width ?? sampleSize}
        min={multiple}
        max={max}
        step={multiple}
        onChange={(value) => changeSettings({ width: value })}
      />
      <RangeField
        label="Height"
        help={`The model knows ${sampleSize} best.`}
        value={height ?? sampleSize}
        min={multiple}
        max={max}
        step={multiple}
        onChange={(value) => changeSettings({ height: value })}
      />
    </FieldRow>
  );
};

const StrengthField = ({ strength }: Pick<Settings, "strength">) => {
  const hasSource = useStore(sourceStore, ({ image }) => image !== undefined);
  if (!hasSource) return null;
  return (
    <RangeField
      label="Strength"
      help="How far the result may go from the image it starts from: 0.3 keeps most, 1 keeps nothing."
      value={strength}
      min={0.05}
      max={1}
      step={0.05}
      onChange={(value) => changeSettings({ strength: value })}
    />
  );
};

/** Everything that is not in the composer, each with a sentence of help. */
export const SettingsPanel = () => {
  const settings = useStore(settingsStore);
  const own = useEngineInfo();
  const { steps, guidance } = settings;
  const isClip = settings.output === "clip";
  return (
    <div className="panel-fields">
      <ModelFields />
      {isClip && <VideoFields {...settings} />}
      <NegativeField value={settings.negative} styledText={styledPrompts(settings).negative} />
      {!isClip && <StrengthField {...settings} />}
      <RangeField
        label="Steps"
        help="More steps take longer and settle the details; past 40 little changes."
        value={steps ?? own.steps}
        min={1}
        max={60}
        onChange={(value) => changeSettings({ steps: value })}
        onReset={steps === null ? undefined : () => changeSettings({ steps: null })}
      />
      <RangeField
        label="Guidance"
        help="How closely the image follows the prompt; high values harden colors and edges."
        value={guidance ?? own.guidance}
        min={0}
        max={15}
        step={0.5}
        onChange={(value) => changeSettings({ guidance: value })}
        onReset={guidance === null ? undefined : () => changeSettings({ guidance: null })}
      />
      <SeedField {...settings} />
      {!isClip && <VariationFields {...settings} />}
      <SamplerFields {...settings} />
      <SizeFields {...settings} />
      {!isClip && <HiresFields {...settings} steps={steps ?? own.steps} />}
      <MoreFields {...settings} />
    </div>
  );
};
