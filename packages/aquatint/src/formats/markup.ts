import { lookup } from "../util/items.ts";

/** Characters that XML 1.0 allows nowhere, not even escaped: most control characters, lone surrogates, U+FFFE and U+FFFF. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text with U+FFFD in the place of each character that XML does not allow. */
export const xmlCharacters = (text: string): string => text.replace(FORBIDDEN, "\ufffd");

/** Text as the content or a quoted attribute of XML, SVG or HTML. */
export const escapedMarkup = (text: string): string =>
  xmlCharacters(text).replace(/[&<>"']/g, (c) => lookup(entities, c));
