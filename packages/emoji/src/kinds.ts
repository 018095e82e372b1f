import { type DataSources, type Dataset, type DatasetKind, indexedStream } from "aquatint/data";
import { torchCpu } from "aquatint/math";
import { z } from "zod";
import type { ArtRequest, EmojiAtlas, Style } from "./art/atlas.ts";
import type { BackgroundKindName } from "./backgrounds.ts";
import { canPlay, type SceneWorld, type Weighted } from "./casting.ts";
import { colors } from "./colors.ts";
import { contrastingScenes } from "./contrasts.ts";
import { emojiFields } from "./fields.ts";
import { nameSets } from "./name-sets.ts";
import { type EmojiName, emojiNames } from "./names.ts";
import { sceneSources } from "./scenes.ts";
import type { TemplateName } from "./templates.ts";
import type { SceneTruth } from "./truth.ts";
import { wordings } from "./wording/wordings.ts";

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

/** Check of fields against each other. */
const scenesConfig = scenesFields
  .refine(({ names, name_set }) => names === undefined || name_set === undefined, {
    path: ["name_set"],
    error: '"names" says which things to draw, too: give one of the two',
  })
  .refine(({ styles, style_weights }) => Object.keys(style_weights ?? {}).every((s) => styles.includes(s as Style)), {
    path: ["style_weights"],
    error: 'a style has a weight and is not in "styles"',
  });

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

/** Art is kept larger than the images, so that placing it at fractions of a pixel stays sharp; twice, up to 256 pixels. */
const artSize = (size: number): number => Math.min(2 * size, Math.max(size, 256));

/** The names of a config, of its set, or all of the table. */
function thingsOf({ names, name_set: set }: Pick<EmojiConfig, "names" | "name_set">): readonly EmojiName[] {
  const selection = names ?? (set && nameSets[set]);
  return emojiNames.filter((e) => selection?.includes(e.name) ?? true);
}

type LoadRequest = (request: ArtRequest) => Promise<EmojiAtlas>;

async function worldOf(config: EmojiConfig, load: LoadRequest): Promise<SceneWorld> {
  const { size, styles, style_weights: styleWeights, mirror } = config;
  const things = thingsOf(config);
  return {
    ...{ names: things, styles, mirror, wording: wordings[config.wording] },
    ...(styleWeights && { styleWeights: weightedItems<Style>(styleWeights) }),
    colors: colors.filter((c) => config.colors?.includes(c.name) ?? true),
    atlas: await load({ hexes: things.map((e) => e.hex), styles, size: artSize(size) }),
    templates: config.templates
      ? weightedItems<TemplateName>(config.templates)
      : usualTemplates.filter(({ item }) => canPlay(item, things)),
    backgrounds: weightedItems<BackgroundKindName>(config.backgrounds),
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

const weightedItems = <T extends string>(
  weights: {
    readonly [K in T]?: number | undefined;
  },
): readonly Weighted<T>[] =>
  Object.entries<number | undefined>(weights).flatMap(([item, weight]) =>
    weight === undefined ? [] : [{ item: item as T, weight }],
  );
