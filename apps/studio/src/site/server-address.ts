/** The name of the page's `<meta>` element with the address of its server, relative to the page or an origin. */
export const SERVER_META = "aquatint-server";

/** The server of a page that the server itself serves one level below its own address. */
export const SAME_SERVER = "..";
