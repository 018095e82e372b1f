/** Scenes of emoji with exact captions: the things, the colours and the truths of their datasets. */
export { type ArtRequest, type EmojiAtlas, type Style, styles } from "./art/atlas.ts";
export { loadEmojiAtlas } from "./art/load.node.ts";
export { colours, type NamedColour } from "./colours.ts";
export { emojiKinds, type LoadArt } from "./kinds.ts";
export { emojiNames } from "./names.ts";
export type { SceneObject, SceneTruth } from "./truth.ts";
