import { Label, Radio, RadioGroup } from "react-aria-components";

interface ChoiceFieldProps<Name extends string> {
  readonly label: string;
  readonly value: Name;
  /** Texts by name. */
  readonly choices: Readonly<Record<Name, string>>;
  readonly onChange: (name: Name) => void;
}

/** One of a few, side by side. */
export const ChoiceField = <Name extends string>({ label, value, choices, onChange }: ChoiceFieldProps<Name>) => (
  <RadioGroup className="field" orientation="horizontal" value={value} onChange={(name) => onChange(name as Name)}>
    <Label className="field-label">{label}</Label>
    <div className="segments">
      {Object.entries<string>(choices).map(([name, text]) => (
        <Radio key={name} value={name} className="segment">
          {text}
        </Radio>
      ))}
    </div>
  </RadioGroup>
);
