/** What Aquatint writes of an image into its file. */
export interface ImageTexts {
  /** The recipe as JSON. */
  readonly aquatint: string;
  /** The lines of AUTOMATIC1111's web UI. */
  readonly parameters: string;
}

/** What Aquatint's MakerNote begins with: EXIF leaves the form of the rest to the maker. */
export const OWN_NOTE = "aquatint\0";
