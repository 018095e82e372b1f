import { useEffect } from "react";
import type { FileSet } from "../../../model-files/file-set.ts";
import { chosenSets, type DroppedSet, droppedSets, holdsModels } from "../../../models/dropped.ts";
import { createStore } from "../../../state/store.ts";

/** The visitor's checkpoint in place of the default model, as long as this tab is open. */
export const checkpointStore = createStore<FileSet | undefined>(undefined);

const use = ([set]: readonly DroppedSet[]): void => {
  if (set) checkpointStore.set(set.files);
};

/** Takes the file or the folder that was chosen. */
export const chooseCheckpoint = (files: FileList | null): void => use(chosenSets([...(files ?? [])]));

/** Takes weights and folders that are dropped anywhere on the page. */
export function useCheckpointDrop(): void {
  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); // else the browser opens the file
    };
    const onDrop = (event: DragEvent) => {
      const { dataTransfer } = event;
      if (!dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (holdsModels(dataTransfer.items)) void droppedSets(dataTransfer.items).then(use);
    };
    addEventListener("dragover", onOver);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onOver);
      removeEventListener("drop", onDrop);
    };
  }, []);
}
