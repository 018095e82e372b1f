/** The keyword of an XMP packet among PNG's texts. */
export const XMP_KEYWORD = "XML:com.adobe.xmp";
