/** Height and width of the lecture's images in pixels: what the default models were trained at. */
export const IMAGE_SIDE = 64;
