/** Bytes that all texts of one image file may take, unpacked: 16 MiB. */
export const MAX_TEXT_BYTES = 2 ** 24;
