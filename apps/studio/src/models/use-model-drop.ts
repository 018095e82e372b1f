import { useEffect } from "react";
import { holdsModels } from "./dropped.ts";
import { dropModels } from "./receive-models.ts";

/** Receives weights and folders that are dropped anywhere on the page; their handles are there during the event alone. */
export function useModelDrop(): void {
  useEffect(() => {
    const onDrop = ({ dataTransfer }: DragEvent) => {
      if (dataTransfer && holdsModels(dataTransfer.items)) void dropModels(dataTransfer.items);
    };
    addEventListener("drop", onDrop, { capture: true });
    return () => removeEventListener("drop", onDrop, { capture: true });
  }, []);
}
