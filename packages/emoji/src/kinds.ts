import { type DataSources, type Dataset, type DatasetKind, indexedStream } from "aquatint/data";
import { torchCpu } from "aquatint/math";
import { z } from "zod";
import type { ArtRequest, EmojiAtlas } from "./art/atlas.ts";
import { canPlay, type SceneWorld, type Weighted } from "./casting.ts";
import { contrastingScenes } from "./contrasts.ts";
import { agreeing, emojiFields } from "./fields.ts";
import { sceneSources } from "./scenes.ts";
import type { TemplateName } from "./templates.ts";
import type { SceneTruth } from "./truth.ts";
import { type LoadRequest, sharedWorld, weightedItems } from "./world.ts";

const { styles, names, colors: grounds, mirror, templates, backgrounds } = emojiFields;
const { nameSet, styleWeights, wording, contrasts } = emojiFields;
const sized = (min: number, max: number, usual: number) =>
  z.int().min(min).max(max).default(usual).describe("Height and width of the images, in pixels.");

const singlesConfig = z.strictObject({
  name: z.literal("emoji-singles").describe("One emoji on a plain background of a named color."),
  size: sized(8, 1024, 32),
  ...{ styles, names, colors: grounds, mirror },
});

const scenesFields = z.strictObject({
  name: z
    .literal("emoji-scenes")
    .describe("One to four emoji on any background. The caption names the relation between them."),
  size: sized(32, 256, 64),
  ...{ templates, names, name_set: nameSet, styles, style_weights: styleWeights, backgrounds },
  ...{ colors: grounds, mirror, wording, contrasts },
});

const scenesConfig = agreeing(scenesFields);

/** Loads art; files that are made once go to `cacheFolder`. */
export type LoadArt = (request: ArtRequest, options: Pick<DataSources, "cacheFolder">) => Promise<EmojiAtlas>;

/** The kinds of emoji datasets, drawn with the art that `load` brings. */
export function emojiKinds(load: LoadArt) {
  const open = (config: EmojiConfig, { cacheFolder }: DataSources) =>
    emojiDataset(config, (request) => load(request, { cacheFolder }));
  /** One emoji on a plain background: "a red apple, blue background". */
  const singles: DatasetKind<typeof singlesConfig, SceneTruth> = {
    config: singlesConfig,
    create: (config, sources) =>
      open({ ...config, templates: { single: 1 }, backgrounds: { solid: 1 }, wording: "plain", contrasts: 0 }, sources),
  };
  /** Emoji in relations: "a cat to the left of a house, red and white striped background". */
  const scenes: DatasetKind<typeof scenesConfig, SceneTruth> = { config: scenesConfig, create: open };
  return { "emoji-singles": singles, "emoji-scenes": scenes };
}

type EmojiConfig = Omit<z.output<typeof scenesConfig>, "name"> & { readonly name: string };

/** Weights of the kinds of scene where a config does not say. */
const usualTemplates: readonly Weighted<TemplateName>[] = [
  { item: "single", weight: 4 },
  { item: "left", weight: 2 },
  { item: "above", weight: 2 },
  { item: "riding", weight: 2 },
  { item: "sizes", weight: 1 },
  { item: "count", weight: 1 },
  { item: "inside", weight: 1 },
  { item: "tinted", weight: 1 },
  { item: "between", weight: 1 },
];

/** Number of drawn captions in the corpus for a vocabulary, after every phrase and color has stood in it once. */
const CORPUS = 10_000;

async function worldOf(config: EmojiConfig, load: LoadRequest): Promise<SceneWorld> {
  const world = await sharedWorld(config, load);
  return {
    ...world,
    templates: config.templates
      ? weightedItems<TemplateName>(config.templates)
      : usualTemplates.filter(({ item }) => canPlay(item, world.names)),
  };
}

async function emojiDataset(config: EmojiConfig, load: LoadRequest): Promise<Dataset<SceneTruth>> {
  const { name, size, contrasts } = config;
  const world = await worldOf(config, load);
  const { names: things, styles, colors: grounds, wording } = world;
  const sources = sceneSources(world);
  return {
    name,
    size: [size, size],
    names: things.map((e) => e.name),
    ...(contrasts > 0 && { group: contrasts + 1 }),
    *captions() {
      for (const thing of things) yield* wording.phrases(thing);
      for (const { name, aliases } of grounds) yield* [name, ...aliases].map((word) => `${word} background`);
      for (const style of styles) yield `${style} style`;
      const random = torchCpu(0);
      for (let i = 0; i < CORPUS; i++) yield sources.train(random).caption;
    },
    stream: ({ seed, split = "train" }) =>
      indexedStream(contrastingScenes(world, { split, contrasts }), { seed, size: [size, size] }),
  };
}
