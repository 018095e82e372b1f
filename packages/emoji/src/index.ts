/** Scenes of emoji with exact captions: the things, the colors and the truths of their datasets. */
export { type ArtRequest, type EmojiAtlas, type Style, styles } from "./art/atlas.ts";
export { loadEmojiAtlas } from "./art/load.node.ts";
export { colors, type NamedColor } from "./drawing/colors.ts";
export { emojiKinds, type LoadArt } from "./kinds.ts";
export { clipKinds, type LoadAnimations } from "./motions/kind.ts";
export { type MotionName, motionNames } from "./motions/motions.ts";
export type { Path, Pose } from "./motions/pose.ts";
export type { ClipTruth, MovingObject } from "./motions/truth.ts";
export { type EmojiName, emojiNames } from "./names.ts";
export type { SceneObject, SceneTruth } from "./truth.ts";
