import { useEffect, useState } from "react";
import { useStore } from "../state/store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { Window } from "../ui/dialogs.tsx";
import { forgetItem, keepItem, keepingStore } from "./keep.ts";
import { type LibraryItem, libraryStore } from "./library.ts";
import { sizeText } from "./names.ts";
import { openAgain } from "./receive-models.ts";

const uses = {
  model: "model",
  lora: "LoRA",
  embedding: "embedding",
  vae: "autoencoder",
  controlnet: "ControlNet",
} as const satisfies Record<LibraryItem["report"]["use"], string>;

const storageTexts = { copy: "copy in this browser", handle: "read where it lies" } as const;

const FileRow = ({ item }: { readonly item: LibraryItem }) => {
  const bytes = useStore(keepingStore, (keeping) => keeping[item.id]);
  const { id, name, report, storage, files, misfit, hash } = item;
  const facts = [
    uses[report.use],
    report.family,
    sizeText(report.bytes),
    storage ? storageTexts[storage] : "this visit only",
    hash && `SHA-256 ${hash.slice(0, 10)}`,
  ];
  return (
    <li className="file-row">
      <div className="file-name">
        <span>{name}</span>
        <span className="help">{facts.filter(Boolean).join(", ")}</span>
        {misfit && <span className="help">Not for the present model: {misfit}</span>}
      </div>
      {bytes !== undefined && <span className="help">{Math.round((100 * bytes) / Math.max(1, report.bytes))} %</span>}
      {!files && <Button onPress={() => void openAgain(id)}>Allow reading</Button>}
      {files && !storage && bytes === undefined && <Button onPress={() => void keepItem(item)}>Keep</Button>}
      <IconButton label={`Remove ${name}`} icon="trash" onPress={() => void forgetItem(id)} />
    </li>
  );
};

function useStorage(isOpen: boolean): string | undefined {
  const [text, setText] = useState<string>();
  useEffect(() => {
    if (!isOpen) return;
    void navigator.storage?.estimate?.().then(({ usage = 0, quota = 0 }) => {
      setText(`The browser keeps ${sizeText(usage)} for this page, and may keep ${sizeText(quota)}.`);
    });
  }, [isOpen]);
  return text;
}

/** The visitor's files, with what the browser keeps of them. */
export const FilesWindow = ({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) => {
  const items = useStore(libraryStore, (library) => library.items);
  const room = useStorage(isOpen);
  return (
    <Window title="Files" isOpen={isOpen} onClose={onClose}>
      {items.length === 0 ? (
        <p>No files yet. Drop a .safetensors file or the folder of a model on the page.</p>
      ) : (
        <ul className="files">
          {items.map((item) => (
            <FileRow key={item.id} item={item} />
          ))}
        </ul>
      )}
      <p className="help">
        Kept files are here on the next visit. Where the browser allows it, they are read where they lie; else it keeps
        a copy. Each is checked by its SHA-256 before it is used. {room}
      </p>
    </Window>
  );
};
