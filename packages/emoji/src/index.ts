/** Scenes of emoji with exact captions: the things, the colors and the truths of their datasets. */
export { type ArtRequest, type EmojiAtlas, type Style, styles } from "./art/atlas.ts";
export { loadEmojiAtlas } from "./art/load.node.ts";
export { colors, type NamedColor } from "./colors.ts";
export { emojiKinds, type LoadArt } from "./kinds.ts";
export { emojiNames } from "./names.ts";
export type { SceneObject, SceneTruth } from "./truth.ts";
