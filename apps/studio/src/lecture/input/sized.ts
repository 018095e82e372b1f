import { fitted, imageToTensor, tensorToImages } from "aquatint/formats";
import { IMAGE_SIDE } from "./side.ts";

/** The visitor's image in another size, [3, side, side] in -1 .. 1. */
export function sized(values: Float32Array, side: number): Float32Array {
  const [image] = tensorToImages(values, { width: IMAGE_SIDE, height: IMAGE_SIDE });
  return image ? imageToTensor(fitted(image, { width: side, height: side })) : values;
}
