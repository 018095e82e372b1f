import { useStore } from "../app/store.ts";
import { changeView } from "../app/view-store.ts";
import { deleteImages, type GalleryImage, toggleFavorite } from "../gallery/gallery-store.ts";
import { recipeSettings } from "../settings/recipe-settings.ts";
import { settingsStore } from "../settings/settings-store.ts";
import { linkOf } from "../settings/share.ts";
import { Button, IconButton, IconToggle } from "../ui/buttons.tsx";
import { download } from "../ui/download.ts";
import { say } from "../ui/toasts.tsx";
import { fileName } from "../ui/words.ts";
import { drawVariations } from "./draw.ts";
import { queueStore } from "./queue.ts";
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

async function copyLink({ recipe }: GalleryImage): Promise<void> {
  const link = linkOf(recipeSettings(recipe, settingsStore.get()), location.href);
  const copied = await navigator.clipboard?.writeText(link).then(
    () => true,
    () => false,
  );
  say(copied ? "Link copied. It holds the settings and no image." : "The browser does not allow copying", {
    detail: copied ? undefined : link,
  });
}

/** What can be done with the image on the plate. */
export const ImageActions = ({ image }: { readonly image: GalleryImage }) => {
  const seconds = useStore(queueStore, (state) => state.seconds);
  const { seed, steps, guidance, width, height } = image.recipe;
  return (
    <div className="actions">
      <p className="caption">
        <span>
          {width} × {height}
        </span>
        <span>seed {String(seed)}</span>
        <span>{steps} steps</span>
        <span>guidance {guidance}</span>
        {seconds !== undefined && <span>{seconds.toFixed(1)} s</span>}
      </p>
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
        <IconButton
          label="Four variations"
          icon="variations"
          shortcut="V"
          onPress={() => drawVariations(recipeSettings(image.recipe, settingsStore.get()), 4)}
        />
        <IconButton label="Use its settings" icon="reset" shortcut="R" onPress={() => applySettings(image)} />
        <IconButton
          label="Start from this image"
          icon="image"
          shortcut="I"
          onPress={() => void startFrom(image.png, "the last image")}
        />
        <IconButton label="Copy a link to the settings" icon="link" shortcut="L" onPress={() => void copyLink(image)} />
        <IconButton label="Delete" icon="trash" shortcut="Delete" onPress={() => void deleteImage(image)} />
      </div>
    </div>
  );
};
