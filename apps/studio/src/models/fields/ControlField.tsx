import { readImage } from "aquatint/web";
import { FileTrigger } from "react-aria-components";
import { sayError } from "../../engine/engine-store.ts";
import { stemOf } from "../../model-files/file-set.ts";
import { useStore } from "../../state/store.ts";
import { Button, IconButton } from "../../ui/buttons.tsx";
import { RangeField, SelectField } from "../../ui/fields.tsx";
import { controlStore } from "../control-store.ts";
import { choose, chooseOrSay, fitting, libraryStore } from "../library.ts";

const NONE = "none";

async function chooseImage(files: FileList | null, id: string): Promise<void> {
  const [file] = files ?? [];
  if (!file) return;
  try {
    const image = await readImage(file);
    const { url } = controlStore.get();
    if (url) URL.revokeObjectURL(url);
    controlStore.set((control) => ({ ...control, image, url: URL.createObjectURL(file) }));
    await choose((choice) => ({ ...choice, control: id }));
  } catch (error) {
    sayError(error);
  }
}

const ControlImage = ({ id }: { readonly id: string }) => {
  const { url, scale } = useStore(controlStore);
  return (
    <>
      <div className="control-image">
        {url && <img src={url} alt="What the ControlNet follows" />}
        <FileTrigger
          acceptedFileTypes={["image/png", "image/jpeg", "image/webp"]}
          onSelect={(files) => void chooseImage(files, id)}
        >
          <Button icon="image">{url ? "Another image" : "Choose its image"}</Button>
        </FileTrigger>
        <IconButton
          label="Draw without the ControlNet"
          icon="close"
          onPress={() => chooseOrSay((choice) => ({ ...choice, control: undefined }))}
        />
      </div>
      <RangeField
        label="Control"
        help="How closely the image follows the control image: 0 is off, 1 what the ControlNet was trained for."
        value={scale}
        min={0}
        max={2}
        step={0.05}
        onChange={(value) => controlStore.set((control) => ({ ...control, scale: value }))}
      />
    </>
  );
};

/** The ControlNet, and the image that it follows. */
export const ControlField = () => {
  const library = useStore(libraryStore);
  const controls = fitting(library, "controlnet");
  if (controls.length === 0) return null;
  const { control } = library.choice;
  return (
    <div className="companions">
      <SelectField
        label="ControlNet"
        help="Keeps the shapes of an image: edges, depth or a pose, drawn as this ControlNet was trained to see them."
        value={control ?? NONE}
        isDisabled={library.isOpening}
        choices={[{ id: NONE, label: "None" }, ...controls.map(({ id, name }) => ({ id, label: stemOf(name) }))]}
        onChange={(id) => chooseOrSay((choice) => ({ ...choice, control: id === NONE ? undefined : id }))}
      />
      {control && <ControlImage id={control} />}
    </div>
  );
};
