import { ListBox, ListBoxItem } from "react-aria-components";
import { GalleryPhoto } from "../gallery/GalleryPhoto.tsx";
import { galleryStore, isClip } from "../gallery/gallery-store.ts";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Icon } from "../ui/icons.tsx";

/** Images that the rail shows; the gallery has all. */
const RAIL = 40;

/** The newest images, one press away. */
export const Rail = ({ selected }: { readonly selected: string | undefined }) => {
  const images = useStore(galleryStore, (state) => state.images).slice(0, RAIL);
  return (
    <ListBox
      className="rail"
      aria-label="Latest images"
      items={images}
      layout="grid"
      selectionMode="single"
      selectionBehavior="replace"
      selectedKeys={selected === undefined ? [] : [selected]}
      onSelectionChange={(keys) => {
        const [id] = keys === "all" ? [] : keys;
        if (id !== undefined) changeView({ selected: String(id) });
      }}
      renderEmptyState={() => (
        <span className="thumb thumb-empty">
          <span className="visually-hidden">No images yet</span>
        </span>
      )}
    >
      {(image) => (
        <ListBoxItem id={image.id} textValue={`${image.recipe.prompt}, seed ${image.recipe.seed}`} className="thumb">
          <GalleryPhoto image={image} alt={image.recipe.prompt} isSmall />
          {isClip(image) && (
            <span className="clip-mark">
              <Icon name="play" filled />
            </span>
          )}
        </ListBoxItem>
      )}
    </ListBox>
  );
};
