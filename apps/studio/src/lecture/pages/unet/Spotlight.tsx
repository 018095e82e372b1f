import type { Image } from "aquatint/formats";
import { useMemo } from "react";
import { PixelCanvas } from "../../../ui/PixelCanvas.tsx";

interface SpotlightProps {
  readonly image: Image | undefined;
  /** Weights of the image's places, rows of `width`; all of the image is light without them. */
  readonly weights: Float32Array | undefined;
  readonly width: number;
  readonly label: string;
}

/** Black over what has little weight: nothing over the largest. */
function shade(weights: Float32Array, width: number): Image {
  const most = Math.max(...weights) || 1;
  const data = new Uint8Array(4 * weights.length);
  for (const [i, weight] of weights.entries()) data[4 * i + 3] = Math.round(225 * (1 - weight / most));
  return { width, height: weights.length / width, channels: 4, data };
}

/** An image that is light where the weights are large. */
export function Spotlight({ image, weights, width, label }: SpotlightProps) {
  const cover = useMemo(() => weights && shade(weights, width), [weights, width]);
  return (
    <div className="image-view spotlight" role="img" aria-label={label}>
      {image && <PixelCanvas image={image} label="" />}
      {image && cover && <PixelCanvas image={cover} label="" />}
    </div>
  );
}
