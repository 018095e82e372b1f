import { FieldError, Input, Label, TextField } from "react-aria-components";

interface ShortFieldProps {
  readonly label: string;
  readonly value: string;
  /** Characters at most. */
  readonly max: number;
  readonly onChange: (value: string) => void;
}

/** A line of text that says where it is too long, rather than lose the end of what is pasted. */
export const ShortField = ({ label, max, ...props }: ShortFieldProps) => (
  <TextField className="field" isInvalid={props.value.length > max} {...props}>
    <Label className="field-label">{label}</Label>
    <Input className="text-input" />
    <FieldError className="help">
      {props.value.length} characters, and at most {max} are kept. Shorten it.
    </FieldError>
  </TextField>
);
