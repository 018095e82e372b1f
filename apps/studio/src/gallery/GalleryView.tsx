import { useState } from "react";
import {
  Button as AriaButton,
  Checkbox,
  GridList,
  GridListItem,
  Input,
  Label,
  SearchField,
  type Selection,
} from "react-aria-components";
import { backendStore } from "../backend/backend.ts";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { IconToggle } from "../ui/buttons.tsx";
import { Icon } from "../ui/icons.tsx";
import { Notice } from "../ui/Notice.tsx";
import { counted } from "../ui/words.ts";
import { GalleryPhoto } from "./GalleryPhoto.tsx";
import { type GalleryImage, galleryStore, isClip } from "./gallery-store.ts";
import { SelectionBar } from "./SelectionBar.tsx";
import { filtered, type GalleryFilter } from "./search.ts";

interface ToolbarProps {
  readonly filter: GalleryFilter;
  readonly onFilter: (filter: GalleryFilter) => void;
  readonly count: number;
}

const Toolbar = ({ filter, onFilter, count }: ToolbarProps) => {
  return (
    <div className="gallery-bar">
      <SearchField className="search" value={filter.text} onChange={(text) => onFilter({ ...filter, text })}>
        <Label className="visually-hidden">Search prompts, seeds and samplers</Label>
        <Icon name="search" />
        <Input placeholder="Search prompts and seeds" />
        <AriaButton className="icon-button" aria-label="Clear the search">
          <Icon name="close" />
        </AriaButton>
      </SearchField>
      <IconToggle
        label="Favorites only"
        icon="heart"
        filled
        isSelected={filter.favorites}
        onChange={(favorites) => onFilter({ ...filter, favorites })}
      />
      <span className="help" role="status">
        {counted(count, "image")}
      </span>
    </div>
  );
};

const Card = ({ image }: { readonly image: GalleryImage }) => {
  const { id, recipe, favorite } = image;
  return (
    <GridListItem id={id} textValue={`${recipe.prompt}, seed ${recipe.seed}`} className="card">
      <div className="card-image">
        <GalleryPhoto image={image} alt="" isSmall />
        <Checkbox slot="selection" className="card-check">
          <span className="check-box">
            <Icon name="check" />
          </span>
        </Checkbox>
        {isClip(image) && (
          <span className="clip-mark">
            <Icon name="play" filled />
            <span className="visually-hidden">clip</span>
          </span>
        )}
        {favorite && (
          <span className="card-favorite">
            <Icon name="heart" filled />
            <span className="visually-hidden">favorite</span>
          </span>
        )}
      </div>
      <p className="card-prompt" dir="auto">
        {recipe.prompt}
      </p>
    </GridListItem>
  );
};

const Empty = ({ isFiltered, keeping }: { readonly isFiltered: boolean; readonly keeping: string | undefined }) => (
  <p className="gallery-empty">{isFiltered ? "No image fits." : keeping}</p>
);

/** The view of every image that is kept. */
export const GalleryView = () => {
  const keeping = useStore(backendStore, (backend) => backend?.keeping);
  const { images, problem } = useStore(galleryStore);
  const [filter, setFilter] = useState<GalleryFilter>({ text: "", favorites: false });
  const [selection, setSelection] = useState<Selection>(new Set());
  const list = filtered(images, filter);
  const selected = list.filter(({ id }) => selection === "all" || selection.has(id));
  return (
    <section className="gallery" aria-label="Gallery">
      <Toolbar filter={filter} onFilter={setFilter} count={list.length} />
      {problem && <Notice kind="warning" text={problem} />}
      <GridList
        className="cards"
        aria-label="Images"
        layout="grid"
        items={list}
        selectionMode="multiple"
        selectedKeys={selection}
        onSelectionChange={setSelection}
        onAction={(key) => changeView({ view: "make", selected: String(key) })}
        renderEmptyState={() => <Empty isFiltered={images.length > 0} keeping={keeping} />}
      >
        {(image) => <Card image={image} />}
      </GridList>
      <SelectionBar images={selected} onDone={() => setSelection(new Set())} />
    </section>
  );
};
