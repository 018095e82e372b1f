import type { Image } from "aquatint";
import type { CSSProperties } from "react";
import { GalleryPhoto } from "../gallery/GalleryPhoto.tsx";
import type { GalleryImage } from "../gallery/gallery-store.ts";
import { PixelCanvas } from "../ui/PixelCanvas.tsx";
import { grain } from "../ui/pixels.ts";

interface PlateProps {
  readonly preview: Image | undefined;
  readonly image: GalleryImage | undefined;
  /** A step of the image, in its place. */
  readonly frame: Image | undefined;
  readonly isBusy: boolean;
  /** Sides of the image to come. */
  readonly width: number;
  readonly height: number;
}

const emptyGrain = grain(96);

const Content = ({ preview, image, frame, isBusy }: Omit<PlateProps, "width" | "height">) => {
  if (isBusy) {
    return preview ? (
      <PixelCanvas image={preview} label="The image so far" />
    ) : (
      <PixelCanvas image={emptyGrain} label="Noise, the start of the image" />
    );
  }
  if (frame) return <PixelCanvas image={frame} label="The image at this step" />;
  if (!image) return <PixelCanvas image={emptyGrain} label="An empty plate" />;
  const { prompt } = image.recipe;
  return <GalleryPhoto image={image} className="pixels" alt={prompt} />;
};

/** The sheet with the image, what is being made of it, or the grain of an empty plate. */
export const Plate = ({ width, height, ...content }: PlateProps) => {
  const { image, isBusy } = content;
  const sides = image && !isBusy ? image.recipe : { width, height };
  return (
    <figure className="sheet" data-busy={isBusy || undefined}>
      <div className="plate" style={{ "--ratio": sides.width / sides.height } as CSSProperties}>
        <div className="plate-image">
          <Content {...content} />
        </div>
      </div>
    </figure>
  );
};
