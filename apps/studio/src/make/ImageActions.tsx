import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { SaveClip, saveClip } from "../clip/SaveClip.tsx";
import { sayError } from "../engine/engine-store.ts";
import { useEngineInfo } from "../engine/use-engine.ts";
import {
  deleteImages,
  fileOf,
  type GalleryImage,
  galleryStore,
  isClip,
  stillOf,
  toggleFavorite,
  traceOf,
} from "../gallery/gallery-store.ts";
import { recipeSettings } from "../settings/recipe-settings.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { linkOf } from "../settings/share.ts";
import { startFrom } from "../source/source.ts";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Button, IconButton, IconToggle } from "../ui/buttons.tsx";
import { ChoiceText } from "../ui/ChoiceText.tsx";
import { download } from "../ui/download.ts";
import { say } from "../ui/toasts.tsx";
import { counted, fileName } from "../ui/words.ts";
import { drawVariations } from "./draw.ts";
import { receiveFile } from "./drop-store.ts";
import { closeFilm, filmStore, openFilm } from "./film-store.ts";

/** Saves the PNG file, with its settings in it. */
export async function downloadImage(image: GalleryImage): Promise<void> {
  if (isClip(image)) return saveClip(image, "apng");
  await withFile(fileOf(image), (file) =>
    download(file, fileName(image.recipe.prompt, image.recipe.seed, extensionOf(file))),
  );
}

/** Asks what an image is for, as one that is dropped from elsewhere. */
export const openImage = (image: GalleryImage): Promise<void> =>
  withFile(fileOf(image), (file) => {
    const name = fileName(image.recipe.prompt, image.recipe.seed, extensionOf(file));
    return receiveFile(new File([file], name, { type: file.type }));
  });

const extensionOf = ({ type }: Blob): string => type.replace(/^image\//, "").replace("jpeg", "jpg") || "png";

/** Does something with the file of an image, and says where that cannot be read. */
async function withFile(reading: Promise<Blob>, work: (file: Blob) => unknown): Promise<void> {
  try {
    await work(await reading);
  } catch (error) {
    sayError(error);
  }
}

/** Takes an image's settings for the next one. */
export function applySettings({ recipe }: GalleryImage): void {
  settingsStore.set((settings) => recipeSettings(recipe, settings));
  changeView({ view: "make" });
  say("These settings make the next image. The seed is locked.");
}

/** Deletes an image, with a way back. */
export async function deleteImage({ id }: GalleryImage): Promise<void> {
  const { images } = galleryStore.get();
  const at = images.findIndex((image) => image.id === id);
  changeView({ selected: at === 0 ? undefined : (images[at + 1] ?? images[at - 1])?.id });
  const { count, undo } = await deleteImages(new Set([id]));
  const text = count > 1 ? `Image deleted, with ${counted(count - 1, "image")} of the same job` : "Image deleted";
  say(text, { action: { label: "Undo", run: () => void undo().then(() => changeView({ selected: id })) } });
}

/** Copies a link to the image's settings. */
export async function copyLink({ recipe }: GalleryImage): Promise<void> {
  const link = linkOf(recipeSettings(recipe, settingsStore.get()), location.href);
  const copied = await navigator.clipboard?.writeText(link).then(
    () => true,
    () => false,
  );
  say(copied ? "Link copied. It holds the settings and no image." : "The browser does not allow copying", {
    detail: copied ? undefined : link,
  });
}

/** Opens or closes the image's way from noise. */
export function toggleFilm({ id }: GalleryImage): void {
  const trace = traceOf(id);
  if (filmStore.get().id === id) closeFilm();
  else if (trace) void openFilm(id, trace);
}

const FilmToggle = ({ image }: { readonly image: GalleryImage }) => {
  const isOpen = useStore(filmStore, ({ id }) => id === image.id);
  if (!traceOf(image.id)) return null;
  return <IconToggle label="Steps" icon="film" shortcut="T" isSelected={isOpen} onChange={() => toggleFilm(image)} />;
};

/** How far variations go from the image; 0 draws other seeds. */
const variationKinds = [
  { id: "0.1", label: "Slight", note: "the same image with other details" },
  { id: "0.25", label: "Moderate", note: "the same idea, drawn differently" },
  { id: "0.5", label: "Strong", note: "half of another seed" },
  { id: "0", label: "Other seeds", note: "the seeds that follow" },
];
const MODERATE = 0.25;

/** Puts four variations of an image into the queue. */
export const drawFour = ({ recipe }: GalleryImage, strength = MODERATE): void =>
  drawVariations(recipeSettings(recipe, settingsStore.get()), strength);

const VariationsMenu = ({ image }: { readonly image: GalleryImage }) => (
  <MenuTrigger>
    <IconButton label="Four variations" icon="variations" shortcut="V" />
    <Popover className="popover">
      <Menu className="list" items={variationKinds} onAction={(key) => drawFour(image, Number(key))}>
        {({ label, note }) => (
          <MenuItem textValue={label} className="list-item">
            <ChoiceText label={label} note={note} />
          </MenuItem>
        )}
      </Menu>
    </Popover>
  </MenuTrigger>
);

/** Makes the next image start from this one, or from the first frame of a clip. */
export const startFromImage = (image: GalleryImage): void =>
  void withFile(stillOf(image), (file) => startFrom(file, "an image of the gallery"));

/** The size of an image as its file has it. */
function sizeText({ width, height, hires }: GalleryImage["recipe"], multiple: number): string {
  const side = (length: number) => Math.round((length * (hires?.scale ?? 1)) / multiple) * multiple;
  return `${side(width)} × ${side(height)}`;
}

const Caption = ({ recipe }: Pick<GalleryImage, "recipe">) => {
  const { multiple } = useEngineInfo();
  const { seed, steps, guidance, hires, variation, ...rest } = recipe;
  const frames = rest["frames"];
  return (
    <p className="caption">
      <span>
        {sizeText(recipe, multiple)}
        {hires && " hires"}
      </span>
      {frames !== undefined && <span>{String(frames)} frames</span>}
      <span>
        seed {String(seed)}
        {variation && ` + ${Math.round(100 * variation.strength)} %`}
      </span>
      <span>{steps} steps</span>
      <span>guidance {guidance}</span>
    </p>
  );
};

/** Starts from this image on a larger canvas. */
export const extendImage = (image: GalleryImage): Promise<void> =>
  withFile(stillOf(image), async (file) => {
    await startFrom(file, "an image of the gallery", { quiet: true });
    changeView({ view: "make", isExtendOpen: true });
  });

/** What can be done with the image on the plate. */
export const ImageActions = ({ image }: { readonly image: GalleryImage }) => (
  <div className="actions">
    <Caption recipe={image.recipe} />
    <div className="action-buttons">
      {isClip(image) ? (
        <SaveClip clip={image} />
      ) : (
        <Button icon="download" onPress={() => void downloadImage(image)}>
          Download
        </Button>
      )}
      <IconToggle
        label="Favorite"
        icon="heart"
        shortcut="F"
        filled
        isSelected={image.favorite}
        onChange={() => void toggleFavorite(image.id)}
      />
      <FilmToggle image={image} />
      {!isClip(image) && <VariationsMenu image={image} />}
      <IconButton label="Use its settings" icon="reset" shortcut="R" onPress={() => applySettings(image)} />
      <IconButton label="Start from this image" icon="image" shortcut="I" onPress={() => startFromImage(image)} />
      <IconButton label="Extend the canvas" icon="expand" shortcut="E" onPress={() => void extendImage(image)} />
      <IconButton label="Copy a link to the settings" icon="link" shortcut="L" onPress={() => void copyLink(image)} />
      <IconButton label="Delete" icon="trash" shortcut="Delete" onPress={() => void deleteImage(image)} />
    </div>
  </div>
);
