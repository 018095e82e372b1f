import { type DataSources, type Dataset, type DatasetKind, indexedStream } from "aquatint/data";
import { torchCpu } from "aquatint/math";
import { z } from "zod";
import type { AnimationRequest, Animations } from "../art/atlas.ts";
import { agreeing, emojiFields } from "../fields.ts";
import type { LoadArt } from "../kinds.ts";
import { artSize, sharedWorld, weightedItems } from "../world.ts";
import { animatedEmoji } from "./animated.ts";
import { clipSources } from "./clips.ts";
import { type MotionName, motionNames } from "./motions.ts";
import type { ClipTruth } from "./truth.ts";
import type { ClipWorld } from "./world.ts";

const { styles, names, colors, mirror, motions, backgrounds, nameSet, styleWeights, wording } = emojiFields;

const clipFields = z.strictObject({
  name: z.literal("emoji-clips").describe("Clips of one or two emoji that move as the caption says."),
  size: z.int().min(32).max(256).default(128).describe("Height and width of the frames, in pixels."),
  frames: z.int().min(2).max(32).default(16).describe("Frames of a clip."),
  fps: z.number().positive().max(60).default(8).describe("Frames a second."),
  still: z
    .boolean()
    .default(false)
    .describe(
      "One frame of each clip as an image, at a random moment: it teaches an image model the words of motions.",
    ),
  ...{ motions, names, name_set: nameSet, styles, style_weights: styleWeights, backgrounds, colors, mirror, wording },
  animated: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("Share of animated emoji, whose packages must be installed; the rest is composed."),
});
const clipConfig = agreeing(clipFields);

/** Loads animations; files that are made once go to `cacheFolder`. */
export type LoadAnimations = (
  request: AnimationRequest,
  options: Pick<DataSources, "cacheFolder">,
) => Promise<Animations>;

/** Number of drawn captions in the corpus for a vocabulary. */
const CORPUS = 10_000;

/** The kind of emoji clips, drawn with the art that `load` brings. */
export function clipKinds(load: { readonly art: LoadArt; readonly animations: LoadAnimations }) {
  const create = async (config: z.output<typeof clipConfig>, sources: DataSources): Promise<Dataset<ClipTruth>> => {
    const { name, size, frames, fps, animated, still } = config;
    const { cacheFolder } = sources;
    const shared = await sharedWorld(config, (request) => load.art(request, { cacheFolder }));
    const animations = animated > 0 && {
      animations: {
        share: animated,
        source: await load.animations(
          { hexes: animatedEmoji.map(({ hex }) => hex), frames, size: artSize(size) },
          { cacheFolder },
        ),
      },
    };
    const weights = config.motions ? weightedItems<MotionName>(config.motions) : motionNames.map(evenly);
    const world: ClipWorld = { ...shared, frames, still, motions: weights, ...animations };
    const clips = clipSources(world);
    return {
      name,
      size: [size, size],
      ...(!still && { clip: { frames, fps } }),
      names: shared.names.map((thing) => thing.name),
      *captions() {
        for (const thing of shared.names) yield* shared.wording.phrases(thing);
        const random = torchCpu(0);
        for (let i = 0; i < CORPUS; i++) yield clips.train(random).caption;
      },
      stream: ({ seed, split = "train" }) =>
        indexedStream(clips[split], { seed, shape: [still ? 1 : frames, 3, size, size] }),
    };
  };
  const clips: DatasetKind<typeof clipConfig, ClipTruth> = { config: clipConfig, create };
  return { "emoji-clips": clips };
}

const evenly = <T>(item: T) => ({ item, weight: 1 });
