/** Texts of an image that Aquatint writes into its file. */
export interface ImageTexts {
  /** The recipe as JSON. */
  readonly aquatint: string;
  /** The lines of AUTOMATIC1111's web UI. */
  readonly parameters: string;
}

/** Beginning of Aquatint's MakerNote: EXIF leaves the form of the rest to the maker. */
export const OWN_NOTE = "aquatint\0";
