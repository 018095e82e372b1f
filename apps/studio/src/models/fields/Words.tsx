import { Button as AriaButton } from "react-aria-components";
import { changeSettings, settingsStore } from "../../settings/settings-store.ts";

function addToPrompt(word: string): void {
  const prompt = settingsStore.get().prompt.trimEnd().replace(/,$/, "");
  changeSettings({ prompt: prompt === "" ? word : `${prompt}, ${word}` });
}

/** Words that a file was trained on; a press adds one to the prompt. */
export const Words = ({ words }: { readonly words: readonly string[] }) =>
  words.length === 0 ? null : (
    <ul className="words">
      {words.map((word) => (
        <li key={word}>
          <AriaButton className="word" aria-label={`Add ${word} to the prompt`} onPress={() => addToPrompt(word)}>
            {word}
          </AriaButton>
        </li>
      ))}
    </ul>
  );
