import { imageToTensor } from "aquatint/formats";
import { createStore } from "../../state/store.ts";
import { defaultImage } from "./default-image.ts";
import { IMAGE_SIDE as SIDE } from "./side.ts";

/** The visitor's image, which every page uses. */
export interface LectureImage {
  readonly name: string;
  /** [3, side, side] in -1 .. 1. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** The image of the first visit. */
export const firstImage: LectureImage = { name: "a sun over hills", values: defaultImage() };

/** The image that every page uses; it stays in this tab. */
export const imageStore = createStore<LectureImage>(firstImage);

/** Goes back to the image of the first visit. */
export const resetImage = (): void => imageStore.set(firstImage);

/** Takes the middle square of a bitmap, a video or a canvas. */
export function takeImage(source: ImageBitmap | HTMLVideoElement | HTMLCanvasElement, name: string): void {
  const [width, height] =
    source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
  const side = Math.min(width, height);
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.fillStyle = "white";
  context.fillRect(0, 0, SIDE, SIDE);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  const rgb = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => data[4 * Math.floor(i / 3) + (i % 3)] ?? 0);
  imageStore.set({ name, values: imageToTensor({ width: SIDE, height: SIDE, channels: 3, data: rgb }) });
}

/** Reads a file of an image. @throws where the browser cannot read it. */
export async function openImage(file: File): Promise<void> {
  const bitmap = await createImageBitmap(file);
  takeImage(bitmap, file.name);
  bitmap.close();
}
