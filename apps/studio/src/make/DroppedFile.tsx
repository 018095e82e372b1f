import { FileTrigger } from "react-aria-components";
import { settingsStore } from "../settings/settings-store.ts";
import { startFrom } from "../source/source.ts";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { say } from "../ui/toasts.tsx";
import { type DroppedFile, dropStore, forgetFile, receiveFile } from "./drop-store.ts";

const imageTypes = ["image/png", "image/jpeg", "image/webp"];

/** A button that opens an image file, as dropping one does. */
export const OpenImage = () => (
  <FileTrigger acceptedFileTypes={imageTypes} onSelect={(files) => files?.[0] && void receiveFile(files[0])}>
    <IconButton label="Open an image, or drop one" icon="image" />
  </FileTrigger>
);

function restore({ restored }: DroppedFile): void {
  if (!restored) return;
  settingsStore.set(restored.settings);
  changeView({ view: "make" });
  forgetFile();
  say("Settings restored. The seed is locked.");
}

const RestoredSummary = ({ restored }: Pick<DroppedFile, "restored">) => {
  if (!restored) return <p>This image holds no settings. The next image can start from it.</p>;
  const { prompt, seed } = restored.settings;
  return (
    <>
      <p className="dropped-prompt" dir="auto">
        {prompt}
      </p>
      <p className="help">Seed {seed}</p>
      {restored.notes.length > 0 && (
        <>
          <h3>What cannot be restored</h3>
          <ul className="notes">
            {restored.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
};

/** Asks what a dropped file is for. */
export const DroppedFileWindow = () => {
  const dropped = useStore(dropStore);
  return (
    <Window title={dropped?.file.name ?? ""} isOpen={dropped !== undefined} onClose={forgetFile}>
      {dropped && (
        <div className="dropped">
          <img src={dropped.url} alt="" />
          <div className="dropped-text">
            <RestoredSummary restored={dropped.restored} />
          </div>
          <div className="dialog-actions">
            <Button
              onPress={() => {
                void startFrom(dropped.file, dropped.file.name);
                changeView({ view: "make" });
                forgetFile();
              }}
            >
              Start from it
            </Button>
            {dropped.restored && (
              <Button look="primary" onPress={() => restore(dropped)}>
                Use its settings
              </Button>
            )}
          </div>
        </div>
      )}
    </Window>
  );
};
