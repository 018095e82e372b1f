import { useState } from "react";
import { Input, Label, TextField } from "react-aria-components";
import { isComposing } from "../../ui/composing.ts";

interface PromptFieldProps {
  readonly label?: string;
  readonly prompt: string;
  readonly onChange: (prompt: string) => void;
}

/** A prompt, used when the field is left or Enter is pressed. */
export function PromptField({ label = "Prompt", prompt, onChange }: PromptFieldProps) {
  const [draft, setDraft] = useState(prompt);
  const use = () => draft !== prompt && onChange(draft);
  return (
    <TextField className="field" value={draft} onChange={setDraft} onBlur={use}>
      <Label className="field-label">{label}</Label>
      <Input
        className="text-input"
        onKeyDown={({ key, nativeEvent }) => key === "Enter" && !isComposing(nativeEvent) && use()}
      />
    </TextField>
  );
}
