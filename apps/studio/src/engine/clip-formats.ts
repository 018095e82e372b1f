/** A kind of file that clips are saved as. */
export interface ClipFormat {
  readonly label: string;
  readonly extension: string;
  readonly type: string;
  readonly note: string;
}

/** Every kind of file, the kept one first. */
export const clipFormats = {
  apng: { label: "PNG", extension: "png", type: "image/png", note: "animated, every pixel kept" },
  mp4: { label: "MP4", extension: "mp4", type: "video/mp4", note: "H.264, for players and phones" },
  gif: { label: "GIF", extension: "gif", type: "image/gif", note: "256 colors, plays everywhere" },
  webp: { label: "WebP", extension: "webp", type: "image/webp", note: "animated, small" },
} as const satisfies Readonly<Record<string, ClipFormat>>;

/** The name of a kind of file. */
export type ClipFileName = keyof typeof clipFormats;
