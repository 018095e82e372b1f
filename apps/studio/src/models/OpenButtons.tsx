import { FileTrigger } from "react-aria-components";
import { Button } from "../ui/buttons.tsx";
import { chosenSets } from "./dropped.ts";
import { receiveModels } from "./receive-models.ts";

const receive = (files: FileList | null): void => {
  if (files && files.length > 0) void receiveModels(chosenSets([...files]));
};

/** Buttons that open files of weights and folders, as dropping them does. */
export const OpenButtons = () => (
  <div className="open-buttons">
    <FileTrigger acceptedFileTypes={[".safetensors", ".sft"]} allowsMultiple onSelect={receive}>
      <Button>Open a file</Button>
    </FileTrigger>
    <FileTrigger acceptDirectory onSelect={receive}>
      <Button>Open a folder</Button>
    </FileTrigger>
  </div>
);
