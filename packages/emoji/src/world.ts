import type { z } from "zod";
import type { ArtRequest, EmojiAtlas, Style } from "./art/atlas.ts";
import type { SceneWorld, Weighted } from "./casting.ts";
import type { BackgroundKindName } from "./drawing/backgrounds.ts";
import { colors } from "./drawing/colors.ts";
import type { emojiFields } from "./fields.ts";
import { nameSets } from "./name-sets.ts";
import { type EmojiName, emojiNames } from "./names.ts";
import { type WordingName, wordings } from "./wording/wordings.ts";

/** Art is kept larger than the images, so that placing it at fractions of a pixel stays sharp; twice, up to 256 pixels. */
export const artSize = (size: number): number => Math.min(2 * size, Math.max(size, 256));

/** The names of a config, of its set, or all of the table. */
function thingsOf({ names, name_set: set }: Pick<WorldConfig, "names" | "name_set">): readonly EmojiName[] {
  const selection = names ?? (set && nameSets[set]);
  return emojiNames.filter((e) => selection?.includes(e.name) ?? true);
}

/** Fields of a config that say who is drawn in front of what. */
export interface WorldConfig {
  readonly size: number;
  readonly names?: readonly string[] | undefined;
  readonly name_set?: z.output<typeof emojiFields.nameSet>;
  readonly styles: readonly Style[];
  readonly style_weights?: z.output<typeof emojiFields.styleWeights>;
  readonly backgrounds: z.output<typeof emojiFields.backgrounds>;
  readonly colors?: readonly string[] | undefined;
  readonly mirror: boolean;
  readonly wording: WordingName;
}

/** Loads art. */
export type LoadRequest = (request: ArtRequest) => Promise<EmojiAtlas>;

/** The world of a config, whatever happens in it. */
export async function sharedWorld(config: WorldConfig, load: LoadRequest): Promise<Omit<SceneWorld, "templates">> {
  const { size, styles, style_weights: styleWeights, mirror } = config;
  const things = thingsOf(config);
  return {
    ...{ names: things, styles, mirror, wording: wordings[config.wording] },
    ...(styleWeights && { styleWeights: weightedItems<Style>(styleWeights) }),
    colors: colors.filter((c) => config.colors?.includes(c.name) ?? true),
    atlas: await load({ hexes: things.map((e) => e.hex), styles, size: artSize(size) }),
    backgrounds: weightedItems<BackgroundKindName>(config.backgrounds),
  };
}

/** Positive weights by name as a list. */
export const weightedItems = <T extends string>(
  weights: {
    readonly [K in T]?: number | undefined;
  },
): readonly Weighted<T>[] =>
  Object.entries<number | undefined>(weights).flatMap(([item, weight]) =>
    weight === undefined ? [] : [{ item: item as T, weight }],
  );
