import type { ReactNode } from "react";
import {
  Button,
  Group,
  Label,
  ListBox,
  ListBoxItem,
  NumberField,
  Popover,
  Select,
  SelectValue,
  Slider,
  SliderThumb,
  SliderTrack,
  Switch,
  Text,
} from "react-aria-components";
import { IconButton } from "./buttons.tsx";
import { ChoiceText } from "./ChoiceText.tsx";
import { Icon } from "./icons.tsx";
import { NumberInput } from "./NumberInput.tsx";

interface Described {
  readonly label: string;
  /** One sentence of help. */
  readonly help: string;
}

interface RangeProps extends Described {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly onChange: (value: number) => void;
  /** Goes back to the model's own value, where it is not that already. */
  readonly onReset?: (() => void) | undefined;
}

/** A number with a slider and a box to type it in. */
export const RangeField = ({ label, help, value, min, max, step = 1, onChange, onReset }: RangeProps) => (
  <div className="field">
    <div className="field-head">
      <span className="field-label">{label}</span>
      {onReset && <IconButton label={`${label}: the model's own`} icon="reset" onPress={onReset} />}
      <NumberField
        aria-label={label}
        className="number"
        isWheelDisabled
        value={value}
        minValue={min}
        maxValue={max}
        step={step}
        onChange={(next) => Number.isFinite(next) && onChange(next)}
      >
        <NumberInput />
      </NumberField>
    </div>
    <Slider
      aria-label={label}
      className="slider"
      value={value}
      minValue={min}
      maxValue={max}
      step={step}
      onChange={(next) => onChange(Number(next))}
    >
      <SliderTrack className="slider-track">
        {({ state }) => (
          <>
            <div className="slider-fill" style={{ width: `${state.getThumbPercent(0) * 100}%` }} />
            <SliderThumb className="slider-thumb" />
          </>
        )}
      </SliderTrack>
    </Slider>
    <p className="help">{help}</p>
  </div>
);

interface StepProps extends Pick<Described, "label"> {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A number with buttons that make it less and more. */
export const StepField = ({ label, min, max, onChange, ...props }: StepProps) => (
  <NumberField
    className="stepper step-field"
    isWheelDisabled
    minValue={min}
    maxValue={max}
    onChange={(next) => Number.isFinite(next) && onChange(next)}
    {...props}
  >
    <Label className="field-label">{label}</Label>
    <Group className="chip">
      <Button slot="decrement">−</Button>
      <NumberInput />
      <Button slot="increment">+</Button>
    </Group>
  </NumberField>
);

/** A choice of a list. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly note?: string | undefined;
}

interface SelectProps extends Described {
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: (id: string) => void;
  readonly isDisabled?: boolean;
  /** Text where none of the list is chosen. */
  readonly placeholder?: string;
}

/** One of a list. */
export const SelectField = ({ label, help, value, choices, onChange, ...props }: SelectProps) => (
  <Select
    className="field"
    value={value === "" ? null : value}
    {...props}
    onChange={(key) => key !== null && onChange(String(key))}
  >
    <Label className="field-label">{label}</Label>
    <Button className="select-button">
      <SelectValue>{({ selectedText }) => selectedText || props.placeholder}</SelectValue>
      <Icon name="chevron" />
    </Button>
    <Text slot="description" className="help">
      {help}
    </Text>
    <Popover className="popover">
      <ListBox className="list" items={choices}>
        {({ id, label: text, note }) => (
          <ListBoxItem id={id} textValue={text} className="list-item">
            <ChoiceText label={text} note={note} />
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  </Select>
);

/** On or off, with what it means. */
export const SwitchField = ({
  label,
  help,
  ...props
}: Described & {
  readonly isSelected: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (on: boolean) => void;
}) => (
  <div className="field">
    <Switch className="switch" {...props}>
      <span className="switch-track">
        <span className="switch-thumb" />
      </span>
      {label}
    </Switch>
    <p className="help">{help}</p>
  </div>
);

/** Fields side by side under one name. */
export const FieldRow = ({ label, children }: { readonly label: string; readonly children: ReactNode }) => (
  <Group className="field-row" aria-label={label}>
    {children}
  </Group>
);
