import { ListBox, ListBoxItem } from "react-aria-components";
import { useStore } from "../app/store.ts";
import { changeView } from "../app/view-store.ts";
import { galleryStore } from "../gallery/gallery-store.ts";

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
      renderEmptyState={() => <span className="rail-empty">Your images come here.</span>}
    >
      {({ id, url, recipe }) => (
        <ListBoxItem id={id} textValue={`${recipe.prompt}, seed ${recipe.seed}`} className="thumb">
          <img src={url} alt="" loading="lazy" />
        </ListBoxItem>
      )}
    </ListBox>
  );
};
