/** What Aquatint writes of a picture into its file. */
export interface PictureTexts {
  /** The recipe as JSON. */
  readonly aquatint: string;
  /** The lines of AUTOMATIC1111's web UI. */
  readonly parameters: string;
}

/** What Aquatint's MakerNote begins with: EXIF leaves the form of the rest to the maker. */
export const OWN_NOTE = "aquatint\0";
