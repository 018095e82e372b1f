/** The address of the studio, whose folder `lecture/` this page is. */
export const siteRoot = new URL("../", document.baseURI);
