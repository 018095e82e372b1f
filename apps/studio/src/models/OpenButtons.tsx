import { type ReactNode, useState } from "react";
import { FileTrigger } from "react-aria-components";
import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { chosenSets, hasPickers } from "./dropped.ts";
import { FilesWindow } from "./FilesWindow.tsx";
import { hubStore } from "./hub-store.ts";
import { libraryStore } from "./library.ts";
import { pickModels, receiveModels } from "./receive-models.ts";

const receive = (files: FileList | null): void => {
  if (files && files.length > 0) void receiveModels(chosenSets([...files]));
};

/** A button that opens files, with permissions that outlive the visit where the browser gives them. */
const OpenButton = ({ kind, children }: { readonly kind: "files" | "folder"; readonly children: ReactNode }) => {
  if (hasPickers()) return <Button onPress={() => void pickModels(kind)}>{children}</Button>;
  const choice =
    kind === "folder"
      ? { acceptDirectory: true }
      : { acceptedFileTypes: [".safetensors", ".sft"], allowsMultiple: true };
  return (
    <FileTrigger {...choice} onSelect={receive}>
      <Button>{children}</Button>
    </FileTrigger>
  );
};

/** Buttons that open files of weights and folders, as dropping them does, and the list of them. */
export const OpenButtons = () => {
  const [isListOpen, setListOpen] = useState(false);
  const count = useStore(libraryStore, (library) => library.items.length);
  return (
    <div className="open-buttons">
      <OpenButton kind="files">Open a file</OpenButton>
      <OpenButton kind="folder">Open a folder</OpenButton>
      <Button onPress={() => hubStore.set((state) => ({ ...state, isOpen: true }))}>Fetch from the Hub</Button>
      {count > 0 && <Button onPress={() => setListOpen(true)}>Files ({count})</Button>}
      <FilesWindow isOpen={isListOpen} onClose={() => setListOpen(false)} />
    </div>
  );
};
