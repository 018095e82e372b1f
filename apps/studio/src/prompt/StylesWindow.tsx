import { useState } from "react";
import { FileTrigger, Label, Text, TextArea, TextField } from "react-aria-components";
import { sayError } from "../engine/engine-store.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import type { Style } from "../settings/styles.ts";
import { parseStyles } from "../settings/styles-csv.ts";
import { forgetStyle, keepStyles, stylesStore } from "../settings/styles-store.ts";
import { useStore } from "../state/store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { ShortField } from "../ui/ShortField.tsx";
import { say } from "../ui/toasts.tsx";
import { counted } from "../ui/words.ts";

async function importStyles(file: File): Promise<void> {
  try {
    const { styles, notes } = parseStyles(await file.text());
    keepStyles(styles);
    say(`${counted(styles.length, "style")} imported`, { detail: notes.join("\n") || undefined });
  } catch (error) {
    sayError(error);
  }
}

function removeStyle(style: Style): void {
  forgetStyle(style.name);
  changeSettings({ styles: settingsStore.get().styles.filter((name) => name !== style.name) });
  say("Style deleted", { action: { label: "Undo", run: () => keepStyles([style]) } });
}

/** Characters of a name, as the store of styles takes them. */
const MAX_NAME = 100;

const isKept = ({ name, prompt, negative }: Style): boolean =>
  name.trim() !== "" && name.length <= MAX_NAME && `${prompt}${negative}`.trim() !== "";

const emptyStyle: Style = { name: "", prompt: "", negative: "" };

interface EditorProps {
  readonly style: Style;
  readonly onChange: (style: Style) => void;
}

const StyleEditor = ({ style, onChange }: EditorProps) => (
  <form
    className="style-editor"
    onSubmit={(event) => {
      event.preventDefault();
      keepStyles([style]);
      say(`Style “${style.name}” kept in this browser`);
      onChange(emptyStyle);
    }}
  >
    <ShortField label="Name" max={MAX_NAME} value={style.name} onChange={(name) => onChange({ ...style, name })} />
    <TextField className="field" value={style.prompt} onChange={(prompt) => onChange({ ...style, prompt })}>
      <Label className="field-label">Prompt</Label>
      <TextArea className="text-input" rows={2} placeholder="watercolor painting of {prompt}, soft edges" />
      <Text slot="description" className="help">
        {"{prompt}"} stands for your prompt; without it the text follows the prompt.
      </Text>
    </TextField>
    <TextField className="field" value={style.negative} onChange={(negative) => onChange({ ...style, negative })}>
      <Label className="field-label">Negative prompt</Label>
      <TextArea className="text-input" rows={1} />
    </TextField>
    <Button type="submit" look="primary" isDisabled={!isKept(style)}>
      Keep the style
    </Button>
  </form>
);

/** The window in which styles are written, imported and deleted. */
export const StylesWindow = (props: { readonly isOpen: boolean; readonly onClose: () => void }) => {
  const styles = useStore(stylesStore);
  const [draft, setDraft] = useState(emptyStyle);
  return (
    <Window title="Your styles" {...props}>
      <div className="styles-window">
        {styles.length === 0 && <p className="help">None yet. The built-in ones are always in the list.</p>}
        {styles.length > 0 && (
          <ul className="own-styles">
            {styles.map((style) => (
              <li key={style.name}>
                <span>
                  {style.name}
                  <span className="help">{style.prompt || style.negative}</span>
                </span>
                <IconButton label={`Edit ${style.name}`} icon="brush" onPress={() => setDraft(style)} />
                <IconButton label={`Delete ${style.name}`} icon="trash" onPress={() => removeStyle(style)} />
              </li>
            ))}
          </ul>
        )}
        <StyleEditor style={draft} onChange={setDraft} />
        <div className="dialog-actions">
          <FileTrigger
            acceptedFileTypes={[".csv", "text/csv"]}
            onSelect={(files) => files?.[0] && void importStyles(files[0])}
          >
            <Button>Import styles.csv</Button>
          </FileTrigger>
        </div>
      </div>
    </Window>
  );
};
