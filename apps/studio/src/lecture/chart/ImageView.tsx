import { type Image, tensorToImages } from "aquatint/formats";
import { type ReactNode, useMemo } from "react";
import { PixelCanvas } from "../../ui/PixelCanvas.tsx";
import { IMAGE_SIDE } from "../input/side.ts";

interface PictureProps {
  readonly image: Image | undefined;
  /** Its text alternative. */
  readonly label: string;
  /** Its name below. */
  readonly children?: ReactNode;
}

/** Pixels in a square that keeps its place while there are none. */
export const Picture = ({ image, label, children }: PictureProps) => (
  <div className="captioned">
    <div className="image-view">{image && <PixelCanvas image={image} label={label} />}</div>
    {children !== undefined && <div className="captioned-name">{children}</div>}
  </div>
);

interface ImageViewProps extends Omit<PictureProps, "image"> {
  /** [3, side, side] in -1 .. 1; empty until there is one. */
  readonly values: Float32Array | undefined;
  readonly side?: number;
}

/** An image of the lecture, which keeps its place while there is none. */
export function ImageView({ values, side = IMAGE_SIDE, ...rest }: ImageViewProps) {
  const image = useMemo(
    () => (values ? tensorToImages(values, { width: side, height: side })[0] : undefined),
    [values, side],
  );
  return <Picture image={image} {...rest} />;
}
