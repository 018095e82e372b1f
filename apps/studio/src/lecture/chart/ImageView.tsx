import { tensorToImages } from "aquatint/formats";
import { useMemo } from "react";
import { PixelCanvas } from "../../ui/PixelCanvas.tsx";
import { IMAGE_SIDE } from "../input/side.ts";

interface ImageViewProps {
  /** [3, side, side] in -1 .. 1; empty until there is one. */
  readonly values: Float32Array | undefined;
  readonly side?: number;
  readonly label: string;
}

/** An image of the lecture, which keeps its place while there is none. */
export function ImageView({ values, side = IMAGE_SIDE, label }: ImageViewProps) {
  const image = useMemo(
    () => (values ? tensorToImages(values, { width: side, height: side })[0] : undefined),
    [values, side],
  );
  return <div className="image-view">{image && <PixelCanvas image={image} label={label} />}</div>;
}

/** An image with its name below. */
export const Captioned = ({ children, ...view }: ImageViewProps & { readonly children: React.ReactNode }) => (
  <div className="captioned">
    <ImageView {...view} />
    <div className="captioned-name">{children}</div>
  </div>
);
