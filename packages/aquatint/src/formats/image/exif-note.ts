/** What Aquatint's MakerNote begins with: EXIF leaves the form of the rest to the maker. */
export const OWN_NOTE = "aquatint\0";
