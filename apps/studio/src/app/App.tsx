import { useEffect, useState } from "react";
import { type DropItem, DropZone, type FileDropItem, TabPanel, Tabs, type TextDropItem } from "react-aria-components";
import { backendStore } from "../backend/backend.ts";
import { type GalleryImage, galleryStore } from "../gallery/gallery-store.ts";
import { DroppedFileWindow } from "../make/DroppedFile.tsx";
import { receiveFile, receivePaste } from "../make/drop-store.ts";
import { openImage } from "../make/ImageActions.tsx";
import { MakeView, useShownImage } from "../make/MakeView.tsx";
import { hubStore } from "../models/hub-store.ts";
import { isWeightsFile } from "../models/names.ts";
import { receivedStore } from "../models/receive-models.ts";
import { useModelDrop } from "../models/use-model-drop.ts";
import { ServerNotice } from "../server/ServerNotice.tsx";
import { SignInWindow } from "../server/SignInWindow.tsx";
import { hasServer } from "../server/session.ts";
import { useStore } from "../state/store.ts";
import { changeView, type View, viewStore } from "../state/view-store.ts";
import { Window } from "../ui/dialogs.tsx";
import { say, Toasts } from "../ui/toasts.tsx";
import { Header } from "./Header.tsx";
import { Later } from "./later.tsx";
import { isTyping, shortcutOf, shortcuts } from "./shortcuts.ts";

function useShortcuts(showSheet: () => void): void {
  const image = useShownImage();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event);
      if (shortcut) {
        event.preventDefault();
        shortcut.run(image);
      } else if (event.key === "?" && !isTyping(event.target)) showSheet();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [image, showSheet]);
}

/** Keys of texts and of the browser. */
const textKeys = [
  { key: "Enter", label: "Draw, in a prompt" },
  { key: "Ctrl ↑ ↓", label: "More or less weight on the words at the cursor (on a Mac with Command)" },
  { key: "Ctrl V", label: "Open an image from the clipboard, or use the settings of a copied text" },
  { key: "Ctrl Z", label: "Take back a stroke of the mask" },
];

const ShortcutSheet = (props: { readonly isOpen: boolean; readonly onClose: () => void }) => (
  <Window title="Keyboard shortcuts" {...props}>
    <dl className="keys">
      {[...textKeys, ...shortcuts].map(({ key, label }) => (
        <div key={key}>
          <dt>
            <kbd>{key.length === 1 ? key.toUpperCase() : key}</kbd>
          </dt>
          <dd>{label}</dd>
        </div>
      ))}
    </dl>
  </Window>
);

const Windows = () => {
  const isMaskOpen = useStore(viewStore, (state) => state.isMaskOpen);
  const isExtendOpen = useStore(viewStore, (state) => state.isExtendOpen);
  const isHubOpen = useStore(hubStore, (hub) => hub.isOpen);
  const isModelReceived = useStore(receivedStore, (received) => received !== undefined);
  return (
    <>
      <DroppedFileWindow />
      <Later part="model" isUsed={isModelReceived} />
      <Later part="hub" isUsed={isHubOpen} />
      <Later part="mask" isUsed={isMaskOpen} />
      <Later part="extend" isUsed={isExtendOpen} />
    </>
  );
};

const BackendNotice = () => {
  const isServer = useStore(backendStore, (backend) => backend?.id === "server");
  return isServer && <ServerNotice />;
};

function usePaste(): void {
  useEffect(() => {
    addEventListener("paste", receivePaste);
    return () => removeEventListener("paste", receivePaste);
  }, []);
}

/** The image of the gallery that was dragged from the page itself, of which browsers give the address and no file. */
async function ownImage(items: readonly DropItem[]): Promise<GalleryImage | undefined> {
  const text = items.find((entry): entry is TextDropItem => entry.kind === "text");
  const address = (await text?.getText("text/uri-list")) ?? "";
  return galleryStore.get().images.find(({ url, thumbnail }) => address !== "" && [url, thumbnail].includes(address));
}

/** Receives an image of the page, or the first file of a drop that holds no weights, and says so where there are more. */
async function receiveDrop(items: readonly DropItem[]): Promise<void> {
  const own = await ownImage(items);
  if (own) return openImage(own);
  const files = items.filter((entry): entry is FileDropItem => entry.kind === "file");
  const [first, ...others] = files.filter((file) => !isWeightsFile(file));
  if (others.length > 0) say(`${first?.name} is opened alone: the page takes one image at a time`);
  if (first) await receiveFile(await first.getFile());
}

/** The page. */
export const App = () => {
  const view = useStore(viewStore, (state) => state.view);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [showSheet] = useState(() => () => setSheetOpen(true));
  useShortcuts(showSheet);
  useModelDrop();
  usePaste();
  return (
    <DropZone
      className="drop"
      aria-label="Drop an image or a model"
      getDropOperation={() => "copy"}
      onDrop={({ items }) => receiveDrop(items)}
    >
      <Tabs className="app" selectedKey={view} onSelectionChange={(key) => changeView({ view: key as View })}>
        <Header onShortcuts={showSheet} />
        <main className="main">
          <TabPanel id="make" className="view">
            <MakeView notices={<BackendNotice />} />
          </TabPanel>
          {(["gallery", "grid", "compare"] as const).map((id) => (
            <TabPanel key={id} id={id} className="view">
              <Later part={id} />
            </TabPanel>
          ))}
        </main>
      </Tabs>
      <Windows />
      {hasServer && <SignInWindow />}
      <ShortcutSheet isOpen={isSheetOpen} onClose={() => setSheetOpen(false)} />
      <Toasts />
    </DropZone>
  );
};
