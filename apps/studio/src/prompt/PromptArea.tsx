import type { KeyboardEvent } from "react";
import { TextArea } from "react-aria-components";
import { MAX_PROMPT } from "../settings/settings.ts";
import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { isComposing } from "../ui/composing.ts";
import { say } from "../ui/toasts.tsx";
import { reweighted, WEIGHT_STEP } from "./weight-keys.ts";

interface PromptAreaProps {
  readonly id?: string;
  readonly className?: string;
  readonly rows: number;
  readonly placeholder: string;
  /** Called for Enter, which otherwise begins a line; once where it is held down. */
  readonly onEnter?: () => void;
}

/** A prompt of a field; what of it the page does not hold is said. */
export function promptOf(text: string): string {
  if (text.length <= MAX_PROMPT) return text;
  say(
    `The prompt is cut: it may have ${MAX_PROMPT.toLocaleString("en")} characters, and this text has ${text.length.toLocaleString("en")}.`,
  );
  return text.slice(0, MAX_PROMPT).replace(/[\uD800-\uDBFF]$/, ""); // no half of a sign
}

/** Changes the weight of what is selected, as typing would, so that the browser can undo it. */
function reweigh(area: HTMLTextAreaElement, change: number): void {
  const result = reweighted(area.value, [area.selectionStart, area.selectionEnd], change);
  if (!result) return;
  area.setSelectionRange(...result.range);
  if (!document.execCommand("insertText", false, result.text)) {
    area.setRangeText(result.text);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(...result.selection);
  if (settingsStore.get().promptSyntax === "a1111") return;
  changeSettings({ promptSyntax: "a1111" });
  say("Weights are on: the prompt is read in AUTOMATIC1111's syntax. Settings has the other one under More.");
}

/** A text area for a prompt; Ctrl or Command with the arrows up and down changes weights. */
export const PromptArea = ({ onEnter, ...props }: PromptAreaProps) => {
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { key, shiftKey, ctrlKey, metaKey, repeat, nativeEvent, currentTarget } = event;
    if ((ctrlKey || metaKey) && (key === "ArrowUp" || key === "ArrowDown")) {
      event.preventDefault();
      reweigh(currentTarget, key === "ArrowUp" ? WEIGHT_STEP : -WEIGHT_STEP);
    }
    if (!onEnter || key !== "Enter" || shiftKey || isComposing(nativeEvent)) return;
    event.preventDefault();
    if (!repeat) onEnter();
  };
  return <TextArea dir="auto" enterKeyHint={onEnter && "go"} {...props} onKeyDown={onKeyDown} />;
};
