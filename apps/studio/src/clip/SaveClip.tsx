import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { type ClipFileName, type ClipFormat, clipFormats } from "../engine/clip-formats.ts";
import { openEngine, sayError } from "../engine/engine-store.ts";
import { fileOf, type GalleryImage } from "../gallery/gallery-store.ts";
import { ChoiceText } from "../ui/ChoiceText.tsx";
import { download } from "../ui/download.ts";
import { Icon } from "../ui/icons.tsx";
import { fileName } from "../ui/words.ts";

/** Saves a clip with its settings in it. */
export async function saveClip(image: GalleryImage, format: ClipFileName): Promise<void> {
  const { extension, type } = clipFormats[format];
  try {
    const engine = await openEngine();
    const bytes = await engine.call("encode", { png: await fileOf(image), format });
    download(new Blob([bytes], { type }), fileName(image.recipe.prompt, image.recipe.seed, extension));
  } catch (error) {
    sayError(error);
  }
}

const formats = Object.entries(clipFormats) as readonly (readonly [ClipFileName, ClipFormat])[];
const items = formats.map(([id, format]) => ({ id, ...format }));

/** The formats in which a clip can be saved. */
export const SaveClip = ({ clip }: { readonly clip: GalleryImage }) => (
  <MenuTrigger>
    <AriaButton className="button" data-look="plain" aria-label="Download">
      <Icon name="download" />
      Download
      <Icon name="chevron" />
    </AriaButton>
    <Popover className="popover">
      <Menu className="list" items={items} onAction={(key) => void saveClip(clip, String(key) as ClipFileName)}>
        {({ id, label, note }) => (
          <MenuItem id={id} textValue={label} className="list-item">
            <ChoiceText label={label} note={note} />
          </MenuItem>
        )}
      </Menu>
    </Popover>
  </MenuTrigger>
);
