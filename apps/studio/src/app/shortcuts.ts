import { togglePlaying } from "../clip/player-store.ts";
import type { GalleryImage } from "../gallery/gallery-store.ts";
import { toggleFavorite } from "../gallery/gallery-store.ts";
import {
  applySettings,
  copyLink,
  deleteImage,
  downloadImage,
  drawFour,
  extendImage,
  startFromImage,
  toggleFilm,
} from "../make/ImageActions.tsx";
import { cancelAll } from "../make/queue.ts";
import { changeView } from "../state/view-store.ts";
import { latinKey } from "../ui/latin-key.ts";

/** A key and what it does. */
export interface Shortcut {
  /** As the keyboard event has it. */
  readonly key: string;
  readonly label: string;
  readonly run: (image: GalleryImage | undefined) => void;
}

function focusPrompt(): void {
  changeView({ view: "make" });
  setTimeout(() => document.querySelector<HTMLElement>("#prompt")?.focus()); // when the view is there
}

/** The panel where there is room for it, else the window with the same settings. */
function showSettings(): void {
  changeView({ view: "make" });
  setTimeout(() => {
    const panel = document.querySelector<HTMLElement>(".panel");
    if (panel && panel.offsetParent !== null) panel.querySelector<HTMLElement>("textarea, input")?.focus();
    else changeView({ isSheetOpen: true });
  });
}

/** Keys that work where no text is being typed. Enter in the prompt draws. */
export const shortcuts: readonly Shortcut[] = [
  { key: "/", label: "Type a prompt", run: focusPrompt },
  { key: ",", label: "Settings", run: showSettings },
  { key: "Escape", label: "Cancel drawing", run: cancelAll },
  { key: "s", label: "Download the image", run: (image) => image && void downloadImage(image) },
  { key: "f", label: "Mark the image as a favorite", run: (image) => image && void toggleFavorite(image.id) },
  { key: "r", label: "Use the image's settings", run: (image) => image && applySettings(image) },
  { key: "t", label: "Show the image's steps", run: (image) => image && toggleFilm(image) },
  { key: "p", label: "Play or pause the clip", run: togglePlaying },
  { key: "v", label: "Draw four variations", run: (image) => image && drawFour(image) },
  { key: "i", label: "Start from the image", run: (image) => image && startFromImage(image) },
  { key: "e", label: "Extend the image's canvas", run: (image) => image && void extendImage(image) },
  { key: "l", label: "Copy a link to the image's settings", run: (image) => image && void copyLink(image) },
  { key: "Delete", label: "Delete the image", run: (image) => image && void deleteImage(image) },
  { key: "1", label: "Make", run: () => changeView({ view: "make" }) },
  { key: "2", label: "Gallery", run: () => changeView({ view: "gallery" }) },
  { key: "3", label: "Grid", run: () => changeView({ view: "grid" }) },
  { key: "4", label: "Compare", run: () => changeView({ view: "compare" }) },
];

/** Whether a key belongs to what has the focus. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest("input, textarea, [role=listbox], [role=menu], [role=dialog], [role=slider]") !== null;

/** The shortcut that a key means where it was pressed; one that is held down is pressed once. */
export const shortcutOf = (event: KeyboardEvent): Shortcut | undefined =>
  event.ctrlKey || event.metaKey || event.altKey || event.repeat || (isTyping(event.target) && event.key !== "Escape")
    ? undefined
    : shortcuts.find(({ key }) => key.toLowerCase() === latinKey(event));
