import { FileTrigger } from "react-aria-components";
import { useStore } from "../../../state/store.ts";
import { Button } from "../../../ui/buttons.tsx";
import { checkpointStore, chooseCheckpoint, useCheckpointDrop } from "./checkpoint.ts";

/** The model that is taken apart: the default one, or a checkpoint that is dropped or opened. */
export function CheckpointField() {
  const checkpoint = useStore(checkpointStore);
  useCheckpointDrop();
  return (
    <div className="field">
      <span className="field-label">Model: {checkpoint?.name ?? "the default one"}</span>
      <div className="button-row">
        <FileTrigger acceptedFileTypes={[".safetensors", ".sft"]} onSelect={chooseCheckpoint}>
          <Button>Open a checkpoint</Button>
        </FileTrigger>
        <FileTrigger acceptDirectory onSelect={chooseCheckpoint}>
          <Button>Open a folder</Button>
        </FileTrigger>
        {checkpoint && (
          <Button look="quiet" icon="reset" onPress={() => checkpointStore.set(undefined)}>
            Reset
          </Button>
        )}
      </div>
      <p className="help">Or drop one on this page. It stays on this machine.</p>
    </div>
  );
}
