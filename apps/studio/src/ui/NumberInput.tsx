import type { ClipboardEvent, KeyboardEvent } from "react";
import { Input, useLocale } from "react-aria-components";

/** Takes the place of what is selected, as typing would. */
const type = (text: string): boolean => document.execCommand("insertText", false, text);

/**
 * The box of a number field. A comma and a point both begin the fraction, whichever the browser's language has: the field by itself takes
 * the other one for a sign of thousands, and reads 7,5 as 75.
 */
export function NumberInput() {
  const { locale } = useLocale();
  const sign = new Intl.NumberFormat(locale).formatToParts(0.5).find((part) => part.type === "decimal")?.value ?? ".";
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if ((key !== "," && key !== ".") || key === sign || ctrlKey || metaKey || altKey) return;
    if (type(sign)) event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent) => {
    const [, whole, fraction] = /^\s*(\d+)[.,](\d{1,2})\s*$/.exec(event.clipboardData.getData("text")) ?? [];
    if (fraction === undefined || !type(`${whole}${sign}${fraction}`)) return;
    event.preventDefault();
    event.stopPropagation(); // before the field reads the text by itself
  };
  return <Input onKeyDown={onKeyDown} onPasteCapture={onPaste} />;
}
