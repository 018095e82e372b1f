import { changeView } from "../state/view-store.ts";
import { Button, IconButton } from "../ui/buttons.tsx";
import { download } from "../ui/download.ts";
import { say } from "../ui/toasts.tsx";
import { counted } from "../ui/words.ts";
import { exportZip } from "./export-zip.ts";
import { deleteImages, type GalleryImage, toggleFavorite } from "./gallery-store.ts";

async function remove(images: readonly GalleryImage[]): Promise<void> {
  const { count, undo } = await deleteImages(new Set(images.map(({ id }) => id)));
  say(`${counted(count, "image")} deleted`, { action: { label: "Undo", run: undo } });
}

interface SelectionBarProps {
  readonly images: readonly GalleryImage[];
  readonly onDone: () => void;
}

/** What can be done with the images that are selected. */
export const SelectionBar = ({ images, onDone }: SelectionBarProps) => {
  const [first, second] = images;
  if (!first) return null;
  const unmarked = images.filter(({ favorite }) => !favorite);
  return (
    <div className="selection-bar" role="toolbar" aria-label="Selected images">
      <span>{images.length} selected</span>
      <Button icon="archive" onPress={async () => download(await exportZip(images), "aquatint-images.zip")}>
        Zip
      </Button>
      {second && images.length === 2 && (
        <Button icon="compare" onPress={() => changeView({ view: "compare", compared: [second.id, first.id] })}>
          Compare
        </Button>
      )}
      <IconButton
        label={unmarked.length > 0 ? "Mark as favorites" : "No longer favorites"}
        icon="heart"
        onPress={() => {
          for (const { id } of unmarked.length > 0 ? unmarked : images) void toggleFavorite(id);
        }}
      />
      <IconButton
        label="Delete"
        icon="trash"
        onPress={() => {
          void remove(images);
          onDone();
        }}
      />
      <IconButton label="Select none" icon="close" onPress={onDone} />
    </div>
  );
};
