import { useEffect } from "react";
import { addressStore, changeValue } from "../link/link-store.ts";
import type { PageEntry } from "../pages.ts";
import { advance } from "./stepping.ts";

/** What takes arrow keys itself. */
const takers =
  "input, textarea, select, [contenteditable], [role=slider], [role=listbox], [role=menu], [role=radiogroup], [role=application], [role=dialog], .scroller";

const directions: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowLeft: -1 };
/** What a presenter's remote sends. */
const remote: Readonly<Record<string, 1 | -1>> = { PageDown: 1, PageUp: -1 };

/** Arrow keys step through the page and on to the next; P starts and ends the presentation. */
export function useStepKeys(entry: PageEntry | undefined): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(takers)) return;
      const isPresenting = addressStore.get().values["present"] === "1";
      const direction = directions[event.key] ?? (isPresenting ? remote[event.key] : undefined);
      if (direction) {
        event.preventDefault();
        advance(direction);
      } else if (entry && event.key.toLowerCase() === "p") changeValue("present", isPresenting ? undefined : "1");
      else if (isPresenting && event.key === "Escape") changeValue("present", undefined);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [entry]);
}
