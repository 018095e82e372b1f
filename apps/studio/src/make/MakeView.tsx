import type { ReactNode } from "react";
import { backendStore } from "../backend/backend.ts";
import { ClipPlayer, useClipFrame } from "../clip/ClipPlayer.tsx";
import { engineStore, openEngine } from "../engine/engine-store.ts";
import { useEngineInfo } from "../engine/use-engine.ts";
import { galleryStore, isClip } from "../gallery/gallery-store.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { changeView, viewStore } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { Notice } from "../ui/Notice.tsx";
import { counted } from "../ui/words.ts";
import { Composer } from "./Composer.tsx";
import { Filmstrip, useFilmFrame } from "./Filmstrip.tsx";
import { ImageActions } from "./ImageActions.tsx";
import { forgetUnfinished, unfinishedStore } from "./leaving.ts";
import { Plate } from "./Plate.tsx";
import { ProgressLine } from "./ProgressLine.tsx";
import { enqueue, queueStore } from "./queue.ts";
import { Rail } from "./Rail.tsx";
import { SettingsPanel } from "./SettingsPanel.tsx";

/** Whether the plate shows what is being made: until the visitor looks at another image meanwhile. */
function useIsLive(): boolean {
  const isBusy = useStore(queueStore, (state) => state.current !== undefined);
  return useStore(viewStore, (state) => state.selected === undefined) && isBusy;
}

/** The image on the plate: the selected one, or the newest. */
export function useShownImage() {
  const images = useStore(galleryStore, (state) => state.images);
  const selected = useStore(viewStore, (state) => state.selected);
  return images.find(({ id }) => id === selected) ?? images[0];
}

const Failures = () => {
  const error = useStore(queueStore, (state) => state.error);
  const state = useStore(engineStore);
  const isTab = useStore(backendStore, (backend) => backend?.id !== "server");
  const engine = isTab ? state : undefined;
  const problem = useStore(galleryStore, (gallery) => gallery.problem);
  return (
    <>
      {engine?.status === "failed" && (
        <Notice kind="error" text={engine.error.message} hint={engine.error.hint}>
          <Button onPress={() => void openEngine().catch(() => {})}>Try again</Button>
        </Notice>
      )}
      {error && engine?.status !== "failed" && <Notice kind="error" text={error.message} hint={error.hint} />}
      {problem && <Notice kind="warning" text={problem} />}
    </>
  );
};

/** Offers the images that were under way when the page ended. */
const Unfinished = () => {
  const requests = useStore(unfinishedStore);
  if (requests.length === 0) return null;
  return (
    <Notice kind="note" text={`the page was closed in the middle of ${counted(requests.length, "image")}`}>
      <Button onPress={() => enqueue(requests)}>Draw again</Button>
      <IconButton label="Forget what was not done" icon="close" onPress={forgetUnfinished} />
    </Notice>
  );
};

const Welcome = () => <p className="welcome">{useStore(backendStore)?.welcome}</p>;

const Stage = () => {
  const current = useStore(queueStore, (state) => state.current);
  const { width, height } = useStore(settingsStore);
  const { sampleSize } = useEngineInfo();
  const image = useShownImage();
  const step = useFilmFrame(image?.id);
  const clipFrame = useClipFrame(image?.id);
  const frame = current ? undefined : (step ?? clipFrame);
  const isLive = useIsLive();
  return (
    <section className="stage" aria-label="Image">
      <Plate
        preview={current?.preview}
        image={image}
        frame={frame}
        isBusy={isLive}
        width={current?.job.drawing.size.width ?? width ?? sampleSize}
        height={current?.job.drawing.size.height ?? height ?? sampleSize}
      />
      <div className="under-plate">
        {image && !current && <Filmstrip id={image.id} />}
        {image && !current && isClip(image) && <ClipPlayer key={image.id} clip={image} />}
        {current ? <ProgressLine /> : image ? <ImageActions image={image} /> : <Welcome />}
      </div>
    </section>
  );
};

/** The view in which images are made; `notices` are about the backend. */
export const MakeView = ({ notices }: { readonly notices?: ReactNode }) => {
  const isSheetOpen = useStore(viewStore, (state) => state.isSheetOpen);
  const image = useShownImage();
  const isLive = useIsLive();
  return (
    <div className="make">
      <Rail selected={isLive ? undefined : image?.id} />
      <div className="bench">
        <div className="bench-head">
          {notices}
          <Failures />
          <Unfinished />
          <Composer />
        </div>
        <Stage />
      </div>
      <aside className="panel" aria-label="Settings">
        <SettingsPanel />
      </aside>
      <Window title="Settings" kind="side" isOpen={isSheetOpen} onClose={() => changeView({ isSheetOpen: false })}>
        <SettingsPanel />
      </Window>
    </div>
  );
};
