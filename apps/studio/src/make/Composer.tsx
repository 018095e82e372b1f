import { Label, TextField } from "react-aria-components";
import { MotionNotice } from "../clip/VideoFields.tsx";
import { PromptArea, promptOf } from "../prompt/PromptArea.tsx";
import { CountStepper, OutputChoice, QualityChoice, SizeChoice } from "../prompt/QuickChoices.tsx";
import { StylesMenu } from "../prompt/StylesMenu.tsx";
import { StyleTags } from "../prompt/StyleTags.tsx";
import { TokenNote } from "../prompt/TokenNote.tsx";
import { styledPrompts } from "../settings/request.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { stylesStore } from "../settings/styles-store.ts";
import { combinations } from "../settings/wildcards.ts";
import { SourceChip } from "../source/SourceChip.tsx";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { OpenImage } from "./DroppedFile.tsx";
import { drawImages } from "./draw.ts";

const PromptBox = () => {
  const prompt = useStore(settingsStore, (settings) => settings.prompt);
  return (
    <TextField className="prompt" value={prompt} onChange={(text) => changeSettings({ prompt: promptOf(text) })}>
      <Label className="visually-hidden">Prompt</Label>
      <PromptArea id="prompt" rows={1} placeholder="Describe an image" onEnter={drawImages} />
    </TextField>
  );
};

/** What the prompt is with its styles: its tokens, and how many prompts its wildcards stand for. */
const PromptNotes = () => {
  useStore(stylesStore);
  const { prompt } = styledPrompts(useStore(settingsStore));
  const count = combinations(prompt);
  return (
    <>
      <TokenNote text={prompt} />
      {count > 1 && <span className="token-note">stands for {count} prompts</span>}
    </>
  );
};

/** The prompt with what is changed most often, and Draw, for which a double click is one press. */
export const Composer = () => {
  const { prompt, output } = useStore(settingsStore);
  return (
    <section className="composer" aria-label="Prompt">
      <PromptBox />
      <div className="composer-notes">
        <StyleTags />
        <PromptNotes />
      </div>
      <SourceChip />
      {output === "clip" && <MotionNotice />}
      <div className="composer-row">
        <OutputChoice />
        <SizeChoice />
        <QualityChoice />
        <StylesMenu />
        <CountStepper />
        <OpenImage />
        <IconButton label="Settings" icon="sliders" shortcut="," onPress={() => changeView({ isSheetOpen: true })} />
        <Button look="primary" onClick={({ detail }) => detail < 2 && drawImages()} isDisabled={prompt.trim() === ""}>
          Draw
        </Button>
      </div>
    </section>
  );
};
