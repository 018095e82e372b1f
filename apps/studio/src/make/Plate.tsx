import type { Image } from "aquatint";
import { type CSSProperties, useEffect, useRef } from "react";
import type { GalleryImage } from "../gallery/gallery-store.ts";
import { drawPixels, grain } from "../ui/pixels.ts";

/** Pixels on a canvas, as large as its frame. */
export function PixelCanvas({ image, label }: { readonly image: Image; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) drawPixels(canvas.current, image);
  }, [image]);
  return <canvas ref={canvas} className="pixels" role="img" aria-label={label} />;
}

interface PlateProps {
  readonly preview: Image | undefined;
  readonly image: GalleryImage | undefined;
  readonly isBusy: boolean;
  /** Sides of the image to come. */
  readonly width: number;
  readonly height: number;
}

const emptyGrain = grain(96);

/** The sheet with the image, what is being made of it, or the grain of an empty plate. */
export const Plate = ({ preview, image, isBusy, width, height }: PlateProps) => {
  const sides = image && !isBusy ? image.recipe : { width, height };
  return (
    <figure className="sheet" data-busy={isBusy || undefined}>
      <div className="plate" style={{ "--ratio": sides.width / sides.height } as CSSProperties}>
        <div className="plate-image">
          {isBusy && preview ? (
            <PixelCanvas image={preview} label="The image so far" />
          ) : image && !isBusy ? (
            <img
              className="pixels"
              src={image.url}
              alt={image.recipe.prompt}
              width={sides.width}
              height={sides.height}
            />
          ) : (
            <PixelCanvas image={emptyGrain} label={isBusy ? "Noise, the image's start" : "An empty plate"} />
          )}
        </div>
      </div>
    </figure>
  );
};
