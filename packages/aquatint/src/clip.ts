/** CLIP's published vocabulary, 210 KB: an entry of its own, so that only bundles that need it hold it. */
export { type ClipVocabulary, clipVocabulary, publishedClipTokenizer } from "./tokenizers/published.ts";
