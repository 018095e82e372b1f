import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { useStore } from "../state/store.ts";
import { Button } from "../ui/buttons.tsx";
import { chosenSets } from "./dropped.ts";
import { FilesWindow } from "./FilesWindow.tsx";
import { hubStore } from "./hub-store.ts";
import { libraryStore } from "./library.ts";
import { receiveModels } from "./receive-models.ts";

const receive = (files: FileList | null): void => {
  if (files && files.length > 0) void receiveModels(chosenSets([...files]));
};

/** Buttons that open files of weights and folders, as dropping them does, and the list of them. */
export const OpenButtons = () => {
  const [isListOpen, setListOpen] = useState(false);
  const count = useStore(libraryStore, (library) => library.items.length);
  return (
    <div className="open-buttons">
      <FileTrigger acceptedFileTypes={[".safetensors", ".sft"]} allowsMultiple onSelect={receive}>
        <Button>Open a file</Button>
      </FileTrigger>
      <FileTrigger acceptDirectory onSelect={receive}>
        <Button>Open a folder</Button>
      </FileTrigger>
      <Button onPress={() => hubStore.set((state) => ({ ...state, isOpen: true }))}>Fetch from the Hub</Button>
      {count > 0 && <Button onPress={() => setListOpen(true)}>Files ({count})</Button>}
      <FilesWindow isOpen={isListOpen} onClose={() => setListOpen(false)} />
    </div>
  );
};
