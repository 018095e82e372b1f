import { changeSettings, settingsStore } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { PixelCanvas } from "../ui/PixelCanvas.tsx";
import { changeSource, type SourceState, sourceStore } from "./source-store.ts";

/** What becomes of the image, in a sentence. */
function noteOf({ mask, extension }: SourceState, output: "image" | "clip"): string {
  if (output === "clip") return mask ? "It is the first frame; the mask does not count." : "It is the first frame.";
  if (extension) return "The new part of the canvas is made.";
  return mask ? "The painted part is made anew." : "Strength says how far it may go.";
}

/** Starts from noise again; the size of an extended canvas goes with it. */
function forget({ extension }: SourceState): void {
  changeSource(undefined);
  if (extension) changeSettings({ width: null, height: null });
}

/** The image that the next one starts from. */
export const SourceChip = () => {
  const source = useStore(sourceStore);
  const output = useStore(settingsStore, (settings) => settings.output);
  const { image, name, mask, extension } = source;
  if (!image) return null;
  return (
    <div className="source">
      <div className="source-image">
        <PixelCanvas image={image} label="The image to start from" />
      </div>
      <p>
        Starts from {name}
        <span className="help">{noteOf(source, output)}</span>
      </p>
      <div className="source-buttons">
        <Button icon="brush" look="quiet" onPress={() => changeView({ isMaskOpen: true })}>
          {mask && !extension ? "Change the mask" : "Paint a mask"}
        </Button>
        <Button icon="expand" look="quiet" onPress={() => changeView({ isExtendOpen: true })}>
          Extend
        </Button>
        <IconButton label="Start from noise again" icon="close" onPress={() => forget(source)} />
      </div>
    </div>
  );
};
