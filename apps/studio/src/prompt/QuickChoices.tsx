import {
  Button as AriaButton,
  Group,
  Label,
  Menu,
  MenuItem,
  MenuTrigger,
  NumberField,
  Popover,
} from "react-aria-components";
import { useEngineInfo } from "../engine/use-engine.ts";
import { qualitiesOf, qualityOf, sizeOf, sizePresets, withQuality } from "../settings/presets.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { ChoiceText } from "../ui/ChoiceText.tsx";
import { Icon } from "../ui/icons.tsx";
import { NumberInput } from "../ui/NumberInput.tsx";

interface MenuChoice {
  readonly id: string;
  readonly label: string;
  readonly note: string;
}

interface ChoiceMenuProps {
  readonly label: string;
  readonly text: string;
  readonly choices: readonly MenuChoice[];
  readonly value: string;
  readonly onChoose: (id: string) => void;
}

const ChoiceMenu = ({ label, text, choices, value, onChoose }: ChoiceMenuProps) => (
  <MenuTrigger>
    <AriaButton className="chip" aria-label={`${label}: ${text}`}>
      {text}
      <Icon name="chevron" />
    </AriaButton>
    <Popover className="popover">
      <Menu
        className="list"
        items={choices}
        selectionMode="single"
        selectedKeys={[value]}
        onAction={(key) => onChoose(String(key))}
      >
        {({ id, label: title, note }) => (
          <MenuItem id={id} textValue={title} className="list-item">
            <ChoiceText label={title} note={note} />
          </MenuItem>
        )}
      </Menu>
    </Popover>
  </MenuTrigger>
);

const outputs = [
  { id: "image", label: "Image", note: "one still image" },
  { id: "clip", label: "Video", note: "a clip of frames, with a motion adapter" },
] as const;

/** What is made: an image or a clip. */
export const OutputChoice = () => {
  const output = useStore(settingsStore, (settings) => settings.output);
  return (
    <ChoiceMenu
      label="Output"
      text={outputs.find(({ id }) => id === output)?.label ?? "Image"}
      value={output}
      choices={outputs}
      onChoose={(id) => changeSettings({ output: id === "clip" ? "clip" : "image" })}
    />
  );
};

/** The size of the image. */
export const SizeChoice = () => {
  const settings = useStore(settingsStore);
  const { sampleSize, multiple } = useEngineInfo();
  const presets = sizePresets(sampleSize, multiple);
  const value = sizeOf(settings, sampleSize);
  const current = presets.find(({ id }) => id === value);
  return (
    <ChoiceMenu
      label="Size"
      text={current?.label ?? value.replace("x", " × ")}
      value={value}
      choices={presets.map(({ id, label }) => ({ id, label, note: `${id.replace("x", " × ")} pixels` }))}
      onChoose={(id) => {
        const preset = presets.find((item) => item.id === id);
        const own = preset?.width === sampleSize && preset.height === sampleSize;
        if (preset)
          changeSettings(own ? { width: null, height: null } : { width: preset.width, height: preset.height });
      }}
    />
  );
};

/** The quality of the image. */
export const QualityChoice = () => {
  const settings = useStore(settingsStore);
  const model = useEngineInfo();
  const qualities = qualitiesOf(model);
  const value = qualityOf(settings, model);
  return (
    <ChoiceMenu
      label="Quality"
      text={qualities.find(({ id }) => id === value)?.label ?? `${settings.steps} steps`}
      value={value}
      choices={qualities.map(({ id, label, help }) => ({ id, label, note: help }))}
      onChoose={(id) => {
        const quality = qualities.find((item) => item.id === id);
        if (quality) changeSettings(withQuality(quality, settings));
      }}
    />
  );
};

/** The number of images. */
export const CountStepper = () => {
  const count = useStore(settingsStore, (settings) => settings.count);
  return (
    <NumberField
      className="stepper"
      isWheelDisabled
      value={count}
      minValue={1}
      maxValue={16}
      onChange={(next) => changeSettings({ count: Number.isFinite(next) ? next : 1 })}
    >
      <Label className="visually-hidden">Images</Label>
      <Group className="chip">
        <AriaButton slot="decrement">−</AriaButton>
        <NumberInput />
        <AriaButton slot="increment">+</AriaButton>
      </Group>
    </NumberField>
  );
};
