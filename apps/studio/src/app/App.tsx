import { useEffect, useState } from "react";
import { type DropItem, DropZone, type FileDropItem, TabPanel, Tabs } from "react-aria-components";
import { backendStore } from "../backend/backend.ts";
import { DroppedFileWindow } from "../make/DroppedFile.tsx";
import { receiveFile, receivePaste } from "../make/drop-store.ts";
import { MakeView, useShownImage } from "../make/MakeView.tsx";
import { hubStore } from "../models/hub-store.ts";
import { isWeightsName } from "../models/names.ts";
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

const ShortcutSheet = (props: { readonly isOpen: boolean; readonly onClose: () => void }) => (
  <Window title="Keyboard shortcuts" {...props}>
    <dl className="keys">
      <div>
        <dt>
          <kbd>Enter</kbd>
        </dt>
        <dd>Draw, in the prompt</dd>
      </div>
      <div>
        <dt>
          <kbd>Ctrl ↑ ↓</kbd>
        </dt>
        <dd>More or less weight on the words at the cursor (on a Mac with Command)</dd>
      </div>
      <div>
        <dt>
          <kbd>Ctrl V</kbd>
        </dt>
        <dd>Open an image from the clipboard</dd>
      </div>
      {shortcuts.map(({ key, label }) => (
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

/** Receives the first file of a drop that holds no weights, and says so where there are more. */
async function receiveDrop(items: readonly DropItem[]): Promise<void> {
  const files = items.filter((entry): entry is FileDropItem => entry.kind === "file");
  const [first, ...others] = files.filter(({ name }) => !isWeightsName(name));
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
          <TabPanel id="gallery" className="view">
            <Later part="gallery" />
          </TabPanel>
          <TabPanel id="grid" className="view">
            <Later part="grid" />
          </TabPanel>
          <TabPanel id="compare" className="view">
            <Later part="compare" />
          </TabPanel>
        </main>
      </Tabs>
      <Windows />
      {hasServer && <SignInWindow />}
      <ShortcutSheet isOpen={isSheetOpen} onClose={() => setSheetOpen(false)} />
      <Toasts />
    </DropZone>
  );
};
