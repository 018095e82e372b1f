import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { useStore } from "../../state/store.ts";
import { Button } from "../../ui/buttons.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { CameraWindow } from "./CameraWindow.tsx";
import { DrawWindow } from "./DrawWindow.tsx";
import { firstImage, imageStore, openImage, resetImage } from "./image-store.ts";

/** Buttons that choose the image: a file, the camera, or one that is drawn. */
export function ImagePicker() {
  const image = useStore(imageStore);
  const [open, setOpen] = useState<"camera" | "draw" | undefined>();
  const [error, setError] = useState<string>();
  const receive = async (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    setError(undefined);
    await openImage(file).catch(() => setError(`${file.name} is not an image that this browser can read`));
  };
  return (
    <div className="image-picker">
      <span className="field-label">Image: {image.name}</span>
      <div className="button-row">
        <FileTrigger acceptedFileTypes={["image/*"]} onSelect={(files) => void receive(files)}>
          <Button icon="image">Open</Button>
        </FileTrigger>
        <Button icon="camera" onPress={() => setOpen("camera")}>
          Camera
        </Button>
        <Button icon="brush" onPress={() => setOpen("draw")}>
          Draw
        </Button>
        {image !== firstImage && (
          <Button icon="reset" look="quiet" onPress={resetImage}>
            Reset
          </Button>
        )}
      </div>
      {error && <Notice kind="error" text={error} hint="choose a PNG, JPEG or WebP file" />}
      {open === "camera" && <CameraWindow onClose={() => setOpen(undefined)} />}
      {open === "draw" && <DrawWindow onClose={() => setOpen(undefined)} />}
    </div>
  );
}
