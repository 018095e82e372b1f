import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { PixelCanvas } from "./Plate.tsx";
import { changeSource, sourceStore } from "./source-store.ts";

/** The image that the next one starts from. */
export const SourceChip = () => {
  const { image, name, mask } = useStore(sourceStore);
  if (!image) return null;
  return (
    <div className="source">
      <div className="source-image">
        <PixelCanvas image={image} label="The image to start from" />
      </div>
      <p>
        Starts from {name}
        <span className="help">{mask ? "The painted part is made anew." : "Strength says how far it may go."}</span>
      </p>
      <Button icon="brush" look="quiet" onPress={() => changeView({ isMaskOpen: true })}>
        {mask ? "Change the mask" : "Paint a mask"}
      </Button>
      <IconButton label="Start from noise again" icon="close" onPress={() => changeSource(undefined)} />
    </div>
  );
};
