import { useEffect, useState } from "react";
import { Label, TextArea, TextField } from "react-aria-components";
import { engineStore, openEngine } from "../engine/engine-store.ts";
import type { TokenCount } from "../engine/protocol.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { combinations } from "../settings/wildcards.ts";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { OpenImage } from "./DroppedFile.tsx";
import { drawImages } from "./draw.ts";
import { CountStepper, QualityChoice, SizeChoice } from "./QuickChoices.tsx";
import { SourceChip } from "./SourceChip.tsx";

/** Tokens of a text, a moment after it was typed; undefined until the model is there. */
export function useTokenCount(text: string): TokenCount | undefined {
  const isReady = useStore(engineStore, ({ status }) => status === "ready");
  const [count, setCount] = useState<TokenCount>();
  useEffect(() => {
    if (!isReady) return;
    const timer = setTimeout(async () => {
      const engine = await openEngine();
      setCount(await engine.call("count", { text }).catch(() => undefined));
    }, 150);
    return () => clearTimeout(timer);
  }, [text, isReady]);
  return count;
}

/** Tokens of a prompt, and the words that the model does not read. */
export const TokenNote = ({ text }: { readonly text: string }) => {
  const count = useTokenCount(text);
  const max = useStore(engineStore, (state) => (state.status === "ready" ? state.info.maxTokens : undefined));
  if (!count || max === undefined || text === "") return <span className="token-note" />;
  return (
    <span className="token-note" data-over={count.cut !== "" || undefined}>
      {count.tokens} of {max} tokens
      {count.cut !== "" && (
        <span className="token-cut">
          not read: “<bdi>{count.cut}</bdi>”
        </span>
      )}
    </span>
  );
};

const PromptBox = () => {
  const prompt = useStore(settingsStore, (settings) => settings.prompt);
  return (
    <TextField className="prompt" value={prompt} onChange={(text) => changeSettings({ prompt: text })} maxLength={4000}>
      <Label className="visually-hidden">Prompt</Label>
      <TextArea
        id="prompt"
        dir="auto"
        rows={1}
        placeholder="Describe an image"
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          drawImages();
        }}
      />
    </TextField>
  );
};

const WildcardNote = () => {
  const prompt = useStore(settingsStore, (settings) => settings.prompt);
  const count = combinations(prompt);
  return count > 1 ? <span className="token-note">stands for {count} prompts</span> : null;
};

/** The prompt with what is changed most often, and Draw. */
export const Composer = () => {
  const prompt = useStore(settingsStore, (settings) => settings.prompt);
  return (
    <section className="composer" aria-label="Prompt">
      <PromptBox />
      <SourceChip />
      <div className="composer-row">
        <SizeChoice />
        <QualityChoice />
        <CountStepper />
        <OpenImage />
        <IconButton label="Settings" icon="sliders" shortcut="," onPress={() => changeView({ isSheetOpen: true })} />
        <span className="composer-notes">
          <TokenNote text={prompt} />
          <WildcardNote />
        </span>
        <Button look="primary" onPress={drawImages} isDisabled={prompt.trim() === ""}>
          Draw
        </Button>
      </div>
    </section>
  );
};
