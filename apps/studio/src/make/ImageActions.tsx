import { deleteImages, type GalleryImage, toggleFavorite, traceOf } from "../gallery/gallery-store.ts";
import { recipeSettings } from "../settings/recipe-settings.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { linkOf } from "../settings/share.ts";
import { useStore } from "../state/store.ts";
import { changeView } from "../state/view-store.ts";
import { Button, IconButton, IconToggle } from "../ui/buttons.tsx";
import { download } from "../ui/download.ts";
import { say } from "../ui/toasts.tsx";
import { fileName } from "../ui/words.ts";
import { drawVariations } from "./draw.ts";
import { closeFilm, filmStore, openFilm } from "./film-store.ts";
import { startFrom } from "./source.ts";

/** Saves the PNG file, with its settings in it. */
export const downloadImage = ({ png, recipe }: GalleryImage): void =>
  download(png, fileName(recipe.prompt, recipe.seed));

/** Takes an image's settings for the next one. */
export function applySettings({ recipe }: GalleryImage): void {
  settingsStore.set((settings) => recipeSettings(recipe, settings));
  changeView({ view: "make" });
  say("These settings make the next image. The seed is locked.");
}

/** Deletes an image, with a way back. */
export async function deleteImage({ id }: GalleryImage): Promise<void> {
  const undo = await deleteImages(new Set([id]));
  say("Image deleted", { action: { label: "Undo", run: undo } });
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

/** Puts four images of the seeds that follow into the queue. */
export const drawFour = ({ recipe }: GalleryImage): void =>
  drawVariations(recipeSettings(recipe, settingsStore.get()), 4);

/** Makes the next image start from this one. */
export const startFromImage = ({ png }: GalleryImage): void => void startFrom(png, "an image of the gallery");

const Caption = ({ recipe }: Pick<GalleryImage, "recipe">) => {
  const { seed, steps, guidance, width, height } = recipe;
  return (
    <p className="caption">
      <span>
        {width} × {height}
      </span>
      <span>seed {String(seed)}</span>
      <span>{steps} steps</span>
      <span>guidance {guidance}</span>
    </p>
  );
};

/** What can be done with the image on the plate. */
export const ImageActions = ({ image }: { readonly image: GalleryImage }) => (
  <div className="actions">
    <Caption recipe={image.recipe} />
    <div className="action-buttons">
      <Button icon="download" onPress={() => downloadImage(image)}>
        Download
      </Button>
      <IconToggle
        label="Favorite"
        icon="heart"
        shortcut="F"
        filled
        isSelected={image.favorite}
        onChange={() => void toggleFavorite(image.id)}
      />
      <FilmToggle image={image} />
      <IconButton label="Four variations" icon="variations" shortcut="V" onPress={() => drawFour(image)} />
      <IconButton label="Use its settings" icon="reset" shortcut="R" onPress={() => applySettings(image)} />
      <IconButton label="Start from this image" icon="image" shortcut="I" onPress={() => startFromImage(image)} />
      <IconButton label="Copy a link to the settings" icon="link" shortcut="L" onPress={() => void copyLink(image)} />
      <IconButton label="Delete" icon="trash" shortcut="Delete" onPress={() => void deleteImage(image)} />
    </div>
  </div>
);
