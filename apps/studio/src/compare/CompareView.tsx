import { type CSSProperties, useState } from "react";
import { Slider, SliderThumb, SliderTrack } from "react-aria-components";
import { GalleryPhoto } from "../gallery/GalleryPhoto.tsx";
import { type GalleryImage, galleryStore } from "../gallery/gallery-store.ts";
import { ProgressLine } from "../make/ProgressLine.tsx";
import { enqueue, queueStore } from "../make/queue.ts";
import { drawOptions } from "../settings/request.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { useStore } from "../state/store.ts";
import { changeView, viewStore } from "../state/view-store.ts";
import { Button } from "../ui/buttons.tsx";
import { SelectField } from "../ui/fields.tsx";
import { differences } from "./differences.ts";

interface Pair {
  readonly left: GalleryImage;
  readonly right: GalleryImage;
}

/** Two images over each other, parted by a slider. */
const SplitImage = ({ left, right }: Pair) => {
  const [share, setShare] = useState(50);
  const { width, height } = left.recipe;
  return (
    <div className="split" style={{ "--ratio": width / height, "--share": `${share}%` } as CSSProperties}>
      <GalleryPhoto image={right} className="pixels" alt={`Right: ${right.recipe.prompt}`} />
      <GalleryPhoto image={left} className="pixels split-left" alt={`Left: ${left.recipe.prompt}`} />
      <Slider
        className="split-slider"
        aria-label="Share of the left image, in percent"
        minValue={0}
        maxValue={100}
        value={share}
        onChange={(value) => setShare(Number(value))}
      >
        <SliderTrack className="split-track">
          <SliderThumb className="split-thumb" />
        </SliderTrack>
      </Slider>
    </div>
  );
};

const Differences = ({ left, right }: Pair) => {
  const rows = differences(left.recipe, right.recipe);
  if (rows.length === 0) return <p className="help">Both have the same settings.</p>;
  return (
    <table className="differences">
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Left</th>
          <th scope="col">Right</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, first, second]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{first}</td>
            <td>{second}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

interface SideProps {
  readonly label: string;
  readonly help: string;
  readonly image: GalleryImage;
  readonly images: readonly GalleryImage[];
  readonly onChange: (id: string) => void;
}

const Side = ({ label, help, image, images, onChange }: SideProps) => (
  <SelectField
    label={label}
    help={help}
    value={image.id}
    choices={images.map(({ id, recipe }) => ({ id, label: recipe.prompt, note: `seed ${recipe.seed}` }))}
    onChange={onChange}
  />
);

/** Draws the present settings on the left image's seed and puts the result to the right. */
function drawOther({ id, recipe }: GalleryImage): void {
  const options = drawOptions({ ...settingsStore.get(), seed: String(recipe.seed) });
  enqueue([{ options, onImage: (image) => changeView({ compared: [id, image.id] }) }]);
}

/** The view of two images side by side. */
export const CompareView = () => {
  const images = useStore(galleryStore, (state) => state.images);
  const [leftId, rightId] = useStore(viewStore, (state) => state.compared);
  const isBusy = useStore(queueStore, (state) => state.current !== undefined);
  const right = images.find(({ id }) => id === rightId) ?? images[0];
  const left = images.find(({ id }) => id === leftId) ?? images.find(({ id }) => id !== right?.id);
  if (!left || !right) return <p className="gallery-empty">Make two images, and they can be compared here.</p>;
  return (
    <section className="compare" aria-label="Compare">
      <SplitImage left={left} right={right} />
      <div className="compare-side">
        <Side
          label="Left"
          help="An image of the gallery."
          image={left}
          images={images}
          onChange={(id) => changeView({ compared: [id, right.id] })}
        />
        <Side
          label="Right"
          help="The image that it is compared with."
          image={right}
          images={images}
          onChange={(id) => changeView({ compared: [left.id, id] })}
        />
        <Differences left={left} right={right} />
        {isBusy ? <ProgressLine /> : <Button onPress={() => drawOther(left)}>Draw my settings on the left seed</Button>}
      </div>
    </section>
  );
};
